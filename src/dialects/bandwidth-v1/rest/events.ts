// Owns: GET /calls/{id}/events and one of them: the lines of the tape that the vendor has a name for.
import type { TapeLine } from '../../../call/event.ts';
import type { RestRequest, Voice } from '../../rest.ts';
import { causeOf, type KnownCall, needCall } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { route, shown } from './route.ts';

export const eventRoutes = [
  route('GET', '/v1/users/:account/calls/:call/events', async (request, voice) => {
    const known = await needCall(request, voice);
    const events = await eventsOf(known, voice);
    return shown(
      events.map(({ line, name, data }) => ({ id: idOf(line), time: new Date(line.at).toISOString(), name, data })),
    );
  }),
  route('GET', '/v1/users/:account/calls/:call/events/:event', async (request, voice) => {
    const event = await needEvent(request, voice);
    return shown({ id: idOf(event.line), time: event.line.at, name: event.name, data: event.data });
  }),
];

interface NamedEvent {
  readonly line: TapeLine;
  readonly name: string;
  readonly data?: string;
}

/** Numbers of lines are all that is needed: an event is asked for below its call. */
const idOf = ({ seq }: TapeLine): string => `ce-${seq.toString(32)}`;

async function eventsOf({ record }: KnownCall, voice: Voice): Promise<readonly NamedEvent[]> {
  const tape = await voice.tape(record.id);
  return tape.flatMap((line): readonly NamedEvent[] => {
    const { event } = line;
    switch (event.type) {
      case 'call.incoming':
      case 'call.placed':
        return [{ line, name: 'create' }];
      case 'leg.answered':
        return event.leg === 'caller' ? [{ line, name: 'answer' }] : [];
      case 'prompt.started':
        return [{ line, name: 'playback', data: 'start' }];
      case 'prompt.finished':
        return [{ line, name: 'playback', data: 'done' }];
      case 'digit':
        return [{ line, name: 'dtmf' }];
      case 'gather.finished':
        return [{ line, name: 'gather', data: event.reason }];
      case 'recording.started':
        return [{ line, name: 'recording', data: 'start' }];
      case 'recording.finished':
        return [{ line, name: 'recording', data: 'done' }];
      case 'notice.failed':
      case 'document.failed':
      case 'prompt.failed':
      case 'recording.failed':
        return [{ line, name: 'error', data: event.message }];
      case 'call.ended':
        return [{ line, name: 'hangup', data: causeOf(record, tape) }];
      default:
        return [];
    }
  });
}

async function needEvent(request: RestRequest, voice: Voice): Promise<NamedEvent> {
  const id = request.params['event'] ?? '';
  const found = (await eventsOf(await needCall(request, voice), voice)).find(({ line }) => idOf(line) === id);
  if (found !== undefined) return found;
  throw new RequestProblem('resource-not-found', `The event ${id} was not found`);
}
