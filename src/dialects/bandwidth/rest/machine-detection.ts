// Owns: what a client may say about machine detection, and the node and the words of the result that it becomes.
import { z } from 'zod';
import * as build from '../../../flow/build.ts';
import type { NodeOf } from '../../../flow/node.ts';
import { byDefault } from '../decisions.ts';
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

export type MachineDetection = z.output<typeof machineDetection>;

/** What the words of a webhook tell as `machineDetectionResult`, once it is known. */
export const detected = { machine: '{{machine}}', machineAfter: 'PT{{machineSeconds}}S' } as const;

export function detectNode(detection: MachineDetection): NodeOf<'detect'> {
  const { machineDetection: own } = byDefault;
  const ms = (written: number | undefined, instead: number): number => Math.round((written ?? instead) * 1000);
  const speechEnd = detection.speechEndThreshold ?? own.speechEndThreshold;
  return build.detect({
    at: { ...build.nowhere, path: besideName },
    timeoutMs: ms(detection.detectionTimeout, own.detectionTimeout),
    silenceMs: ms(detection.silenceTimeout, own.silenceTimeout),
    speechMs: ms(detection.speechThreshold, own.speechThreshold),
    speechEndMs: ms(speechEnd, speechEnd),
    machineEndMs: ms(detection.machineSpeechEndThreshold, speechEnd),
    delayResult: detection.delayResult ?? false,
  });
}

/** In mode `async` it runs beside the documents, under this name. */
export const besideName = 'machine-detection';
