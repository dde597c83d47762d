// Owns: CallChanged: an app of the dialect ozml with a statusUrl is told when two parties of a call are connected, and what it
// answers runs there: for one of the two or both, while they talk. Its end is told by the run of the call (words.ts).
// A notification on its way when the server is killed is not repeated.
import type { Log } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import { scriptCommand } from '../dialects/ozml/rest/live.ts';
import type { Voice } from '../dialects/rest.ts';
import type { Destination, DialectName } from '../flow/node.ts';
import type { CallFacts } from '../flow/report.ts';
import type { Application } from '../hooks/application.ts';

export interface OzmlChanges {
  onLine(call: CallFacts, line: TapeLine): void;
}

export interface OzmlChangesOptions {
  readonly appOf: (app: string) => { readonly dialect: DialectName; readonly last?: Destination } | null | undefined;
  readonly ask: Application['ask'];
  readonly voiceOf: (call: CallFacts) => Voice;
  readonly log: Log;
}

export function createOzmlChanges({ appOf, ask, voiceOf, log }: OzmlChangesOptions): OzmlChanges {
  /** Legs that were answered and are not over, of calls that are. */
  const answered = new Map<string, Set<string>>();

  async function tell(call: CallFacts, to: Destination): Promise<void> {
    const destination = { ...to, extra: { event: 'CallChanged', state: 'InCall' } };
    const told = await ask({ kind: 'ask', destination, history: [] }, call, 'ozml', { id: `${call.id}/connected` });
    if (!told.ok) {
      log.warn({ call: call.id, code: told.code }, told.message);
      return;
    }
    const voice = voiceOf(call);
    const now = await voice.call(call.id);
    if (told.flow.body.length === 0 || now?.state !== 'live') return;
    await voice.command(call.id, await scriptCommand(told.flow, now, voice));
  }

  return {
    onLine(call, { event }) {
      if (event.type === 'call.ended') answered.delete(call.id);
      if (event.type === 'leg.ended') answered.get(call.id)?.delete(event.leg);
      if (event.type !== 'leg.answered') return;
      const app = appOf(call.app);
      if (app?.dialect !== 'ozml' || app.last === undefined) return;
      const legs = answered.get(call.id) ?? new Set<string>();
      answered.set(call.id, legs.add(event.leg));
      if (!legs.has('caller') || legs.size !== 2) return;
      tell(call, app.last).catch((err: unknown) =>
        log.warn({ call: call.id, err }, 'an answer to CallChanged did not run'),
      );
    },
  };
}
