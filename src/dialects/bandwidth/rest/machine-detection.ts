// Owns: what a client may say about machine detection, and what is told in place of a result: nobody listens for machines
// here yet, and an application that waits for the result must get one, so it is `error`, the vendor's word for that.
import { z } from 'zod';
import { boolean, limits, method, number, text, url } from './body.ts';

const seconds = (name: string) => number(`machineDetection.${name}`, { min: 0, max: 300 }).optional();
const secret = (name: string) => text(`machineDetection.${name}`, limits.credential).optional();

export const machineDetection = z.object(
  {
    mode: z.enum(['async', 'sync'], 'Invalid machineDetection.mode. Supported modes: [async, sync]').default('async'),
    detectionTimeout: seconds('detectionTimeout'),
    silenceTimeout: seconds('silenceTimeout'),
    speechThreshold: seconds('speechThreshold'),
    speechEndThreshold: seconds('speechEndThreshold'),
    machineSpeechEndThreshold: seconds('machineSpeechEndThreshold'),
    delayResult: boolean('machineDetection.delayResult').optional(),
    callbackUrl: url('machineDetection.callbackUrl').optional(),
    callbackMethod: method('machineDetection.callbackUrl').optional(),
    fallbackUrl: url('machineDetection.fallbackUrl').optional(),
    fallbackMethod: method('machineDetection.fallbackUrl').optional(),
    username: secret('username'),
    password: secret('password'),
    fallbackUsername: secret('fallbackUsername'),
    fallbackPassword: secret('fallbackPassword'),
  },
  'Invalid machineDetection: must be an object',
);

/** What the words of a webhook tell as `machineDetectionResult`. */
export const detected = { machine: 'error', machineAfter: 'PT0S' } as const;
