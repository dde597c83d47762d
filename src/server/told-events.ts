// Owns: which lines of a tape an application may ask to be told of, and which it is told of when it names none: what a
// record of calls needs. The others come many times a call. docs/events.md
import type { EventType } from '../call/event.ts';

/** Every type, so that one that is new is not forgotten here. `asked`: only told when named. */
const told = {
  'call.incoming': 'always',
  'call.placed': 'always',
  'leg.invited': 'asked',
  'leg.ringing': 'asked',
  'leg.answered': 'always',
  'leg.failed': 'always',
  'leg.ended': 'always',
  'document.fetched': 'asked',
  'document.failed': 'always',
  'prompt.started': 'asked',
  'prompt.finished': 'asked',
  'prompt.failed': 'always',
  digit: 'asked',
  'digit.released': 'asked',
  flash: 'asked',
  'digits.sent': 'asked',
  'digits.failed': 'always',
  'recording.started': 'asked',
  'recording.finished': 'always',
  'recording.failed': 'always',
  'bridge.failed': 'always',
  'bridge.ended': 'asked',
  'conference.joined': 'asked',
  'conference.failed': 'always',
  'conference.left': 'asked',
  'conference.created': 'asked',
  'member.joined': 'asked',
  'member.changed': 'asked',
  'member.left': 'asked',
  'conference.commanded': 'asked',
  'conference.ended': 'asked',
  'http.answered': 'asked',
  'notice.told': 'asked',
  'notice.failed': 'always',
  'call.recovered': 'always',
  'timer.fired': 'asked',
  'command.received': 'asked',
  'flow.started': 'asked',
  'flow.failed': 'always',
  'verb.started': 'asked',
  'verb.finished': 'asked',
  'gather.finished': 'always',
  'sound.to': 'asked',
  'call.ended': 'always',
} as const satisfies Record<EventType, 'always' | 'asked'>;

export const tellableEvents = Object.keys(told) as readonly EventType[];
export const defaultEvents: readonly EventType[] = tellableEvents.filter((type) => told[type] === 'always');
