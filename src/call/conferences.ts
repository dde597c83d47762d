// Owns: the live conferences: which there are by account and name, who is in which, how many fit, and taking those of a killed
// process up again. Does not: mix (media/), keep those that are over (the store does). docs/conferences.md
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ConferenceCall, ConferenceOrder, ConferenceParts, LiveConference } from './conference-parts.ts';
import type { UnfinishedCall } from './cut-call.ts';
import { readCutConference } from './cut-conference.ts';
import type { Effect } from './effect.ts';
import { createLiveConference, type LiveConferenceOptions } from './live-conference.ts';

type Join = Extract<Effect, { type: 'conference.join' }>;

/** What a call has to do with them. */
export interface ConferenceDoor {
  /** → conference.joined | conference.failed, later conference.left */
  join(call: ConferenceCall, how: Join): void;
  /** Takes its seat again; `conference` is the one that it was told it had joined. */
  rejoin(call: ConferenceCall, was: { readonly join: Join; readonly conference: string | null }): void;
  /** Harmless when it is in none. */
  leave(call: string): void;
  /** While it keys a secret nobody hears it. */
  quiet(call: string, on: boolean): void;
}

export interface LiveConferences extends ConferenceDoor {
  readonly size: number;
  /** Begins one without a member. Throws CodedError `conference-exists`. */
  create(order: ConferenceOrder): LiveConference;
  get(id: string): LiveConference | undefined;
  named(account: string, name: string): LiveConference | undefined;
  list(): readonly LiveConference[];
  /** Before the calls are taken up. Those that cannot be are returned. */
  resume(
    conferences: readonly UnfinishedCall[],
    aliveAt: number | null,
  ): readonly { readonly call: UnfinishedCall; readonly error: unknown }[];
  /** Behind them: who has not come back has left. */
  settle(): void;
  /** Ends what is left; resolves when all is told. What is not by then is told by the next process. */
  close(): Promise<void>;
}

const mostMembers = 20;
/** An application that is well has heard of it by then. */
const closeMs = 5_000;
const keyOf = ({ account, name }: Pick<ConferenceOrder, 'account' | 'name'>): string => JSON.stringify([account, name]);

export function createConferences(parts: ConferenceParts & { readonly log: Log }): LiveConferences {
  const all = new Map<string, LiveConference>();
  const named = new Map<string, LiveConference>();
  /** By call. */
  const places = new Map<string, LiveConference>();
  const whenEmpty: (() => void)[] = [];

  function begin(from: LiveConferenceOptions['from']): LiveConference {
    const conference = createLiveConference({
      parts,
      from,
      onEnded(one) {
        if (named.get(keyOf(one)) === one) named.delete(keyOf(one));
      },
      onLeft: (call) => places.delete(call),
      onOver({ id }) {
        all.delete(id);
        if (all.size > 0) return;
        for (const resolve of whenEmpty.splice(0)) resolve();
      },
    });
    all.set(conference.id, conference);
    if (conference.isOpen) named.set(keyOf(conference), conference);
    return conference;
  }

  const accountFor = ({ facts }: ConferenceCall): string => facts.account ?? parts.accountOf(facts.app);

  function join(call: ConferenceCall, { name, mute, hold, coach, tones, events }: Join): void {
    const fail = (code: string, message: string): void => call.put({ type: 'conference.failed', name, code, message });
    const { app } = call.facts;
    const account = accountFor(call);
    if (call.session === null) {
      fail('call-not-answered', 'The call carries no audio.');
      return;
    }
    const there = named.get(keyOf({ account, name }));
    if (there !== undefined && there.members.length >= mostMembers) {
      fail('conference-full', `The conference "${name}" has ${mostMembers} members.`);
      return;
    }
    places.get(call.id)?.leave(call.id);
    const conference = there ?? begin({ order: { app, account, name, events }, waits: false });
    places.set(call.id, conference);
    conference.join(call, { mute, hold, coach, ...(tones === undefined ? {} : { tones }) }, there === undefined);
  }

  return {
    join,
    rejoin(call, { join: how, conference: id }) {
      const account = accountFor(call);
      const was = id === null ? named.get(keyOf({ account, name: how.name })) : all.get(id);
      if (was?.rejoin(call) === true) {
        places.set(call.id, was);
        // It was in, and did not learn of it any more.
        if (id === null) call.put({ type: 'conference.joined', conference: was.id, name: was.name, created: false });
      } else if (id === null) join(call, how);
      else call.put({ type: 'conference.left', conference: id, why: 'ended' });
    },
    leave: (call) => places.get(call)?.leave(call),
    quiet: (call, on) => places.get(call)?.quiet(call, on),
    get size() {
      return all.size;
    },
    create(order) {
      if (named.has(keyOf(order)))
        throw new CodedError('conference-exists', `There is a conference "${order.name}" already.`);
      return begin({ order, waits: true });
    },
    get: (id) => all.get(id),
    named: (account, name) => named.get(keyOf({ account, name })),
    list: () => [...all.values()],
    resume(unfinished, aliveAt) {
      const { clock } = parts;
      return unfinished.flatMap((call) => {
        try {
          begin({ cut: readCutConference(call, parts.createConferenceInterpreter(), { aliveAt, clock }) });
          return [];
        } catch (error) {
          return [{ call, error }];
        }
      });
    },
    settle() {
      for (const conference of [...all.values()]) conference.settle();
    },
    async close() {
      for (const conference of [...all.values()]) conference.end('the server stops');
      if (all.size === 0) return;
      await new Promise<void>((resolve) => {
        const patience = parts.clock.after(closeMs, resolve);
        whenEmpty.push(() => {
          patience.cancel();
          resolve();
        });
      });
    },
  };
}
