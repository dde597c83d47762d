// Owns: `keytone call`: one call with a phone, told as lines while it goes on, and its exit code. Nothing is dialled before
// the address and the script are understood.
import { systemClock } from '../base/clock.ts';
import { CodedError, formatError } from '../base/errors.ts';
import { formatHostPort } from '../sip/uri.ts';
import { createPhone, type Phone } from './phone.ts';
import type { PhoneCall } from './phone-call.ts';
import type { DigitWay, PhoneCallEnd } from './phone-event.ts';
import { liveSteps, type PressOutcome } from './phone-script.ts';
import { parseCallTarget, type Route, routeTo } from './phone-target.ts';
import { describeOutcome, describePhoneEvent } from './phone-timeline.ts';
import type { CallerStep } from './scenario.ts';

export interface RunCallOptions {
  readonly uri: string;
  /** A caller's script: `1w2#`, or steps. */
  readonly keys: string;
  /** WAV file of what is heard. */
  readonly record: string | null;
  readonly from: string;
  /** So long for the answer, and so long from the answer to hanging up. */
  readonly durationMs: number;
  readonly digits: DigitWay;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Hangs up. */
  readonly signal?: AbortSignal;
}

/** As in docs/commands.md. */
const exitCodes = { ok: 0, notAsTold: 1, usage: 2, fault: 70 } as const;

export async function runCall(options: RunCallOptions): Promise<number> {
  let target: string;
  let from: string;
  let steps: readonly CallerStep[];
  try {
    steps = liveSteps(options.keys);
    target = parseCallTarget(options.uri);
    from = parseCallTarget(options.from);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    options.err(formatError(error));
    return exitCodes.usage;
  }
  const route = await routeTo(target);
  if (route === null) {
    options.err(formatError(new CodedError('phone-no-route', `There is no way to ${target}.`)));
    return exitCodes.notAsTold;
  }
  const phone = createPhone({ host: route.localAddress });
  await phone.start();
  try {
    return await runOn(phone, { target, from, steps, route }, options);
  } finally {
    await phone.close();
  }
}

interface Dialled {
  readonly target: string;
  readonly from: string;
  readonly steps: readonly CallerStep[];
  readonly route: Route;
}

async function runOn(phone: Phone, dialled: Dialled, options: RunCallOptions): Promise<number> {
  const { target, from, steps, route } = dialled;
  const { peer } = route;
  options.out(`calls ${target} at ${formatHostPort(peer.address, peer.port)} over ${peer.transport.toUpperCase()}`);
  const call = await phone.call(target, {
    from,
    digits: options.digits,
    record: options.record,
    outboundProxy: peer,
  });
  call.watch((event) => {
    const line = describePhoneEvent(event);
    if (line !== null) options.out(line);
  });
  const script = call.press(steps);
  const end = await limited(call, options);
  return verdict(call, end, await script, options);
}

/** The call until its end, which comes at the latest when its time is up or the user has enough. */
async function limited(call: PhoneCall, { durationMs, signal }: RunCallOptions): Promise<PhoneCallEnd> {
  const hangUp = (): void => call.hangUp();
  signal?.addEventListener('abort', hangUp);
  if (signal?.aborted) hangUp();
  let timer = systemClock.after(durationMs, hangUp);
  void call.answered.then((answered) => {
    if (!answered) return;
    timer.cancel();
    timer = systemClock.after(durationMs, hangUp);
  });
  const end = await call.ended;
  timer.cancel();
  signal?.removeEventListener('abort', hangUp);
  return end;
}

function verdict(call: PhoneCall, end: PhoneCallEnd, script: PressOutcome, { err }: RunCallOptions): number {
  const recorded = call.events.find((event) => event.type === 'recorded');
  const unwritten = recorded?.problem ?? null;
  if (unwritten !== null) {
    err(formatError(new CodedError('phone-recording-failed', `${recorded?.file}: ${unwritten}`)));
  }
  const unfinished = end.answered ? describeOutcome(script) : null;
  if (unfinished !== null) err(unfinished);
  if (!end.answered || end.by === 'fault' || unfinished !== null) return exitCodes.notAsTold;
  return unwritten === null ? exitCodes.ok : exitCodes.fault;
}
