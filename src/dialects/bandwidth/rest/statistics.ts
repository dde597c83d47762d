// Owns: GET /statistics: the queue of calls that are asked for.
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { reply } from './reply.ts';

/** Where there is no limit; clients keep the number in 32 bits. */
const mostOfClients = 2 ** 31 - 1;

export function getStatistics(_request: RestRequest, voice: Voice): RestReply {
  const { size, most } = voice.queue();
  return reply(200, { currentCallQueueSize: size, maxCallQueueSize: Math.min(most, mostOfClients) });
}
