// Owns: keys sent as tones inside the audio, for a peer that takes no telephone-events (ITU-T Q.23). A request is rendered
// whole when it comes; the packets only copy. A pause (key-script.ts) replaces the gap beside it.
// Does not: encode, decide when tones are wanted.
import { parseKeys, shortestKeyMs } from './key-script.ts';
import { dtmfTone } from './tone.ts';

interface Job {
  readonly id: string;
  readonly samples: Int16Array;
  /** In order: from which sample on which key sounds, '' for none. */
  readonly marks: readonly { readonly from: number; readonly digit: string }[];
  offset: number;
  mark: number;
}

const samplesPerMs = 8;

export class ToneSender {
  readonly #sent: (id: string, ok: boolean) => void;
  readonly #queue: Job[] = [];
  #sounding = '';

  constructor(sent: (id: string, ok: boolean) => void) {
    this.#sent = sent;
  }

  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** The key that sounds in what was written last; '' for none. */
  get sounding(): string {
    return this.busy ? this.#sounding : '';
  }

  /** One part of a key was written and the other was not. */
  get inKey(): boolean {
    const job = this.#queue[0];
    if (job === undefined || job.offset === 0 || this.#sounding === '') return false;
    return job.mark < job.marks.length && job.marks[job.mark]!.from > job.offset;
  }

  /** Nothing is sent for `count` samples: a gap goes by, a key to come waits, the rest of one that was begun is given up. */
  pass(count: number): void {
    const job = this.#queue[0];
    if (job === undefined) return;
    if (this.inKey) job.offset = job.marks[job.mark]!.from;
    let next = job.mark;
    while (next < job.marks.length && job.marks[next]!.digit === '') next++;
    const until = job.marks[next]?.from ?? job.samples.length;
    this.#advance(job, Math.min(count, until - job.offset));
  }

  /** False, and nothing is queued, when a character is neither key nor pause or there are none. */
  send(id: string, digits: string, toneMs: number, gapMs: number): boolean {
    const rendered = renderDigits(digits, Math.max(shortestKeyMs, toneMs), Math.max(shortestKeyMs, gapMs));
    if (rendered === null) return false;
    this.#queue.push({ id, ...rendered, offset: 0, mark: 0 });
    return true;
  }

  cancel(id: string): void {
    const index = this.#queue.findIndex((job) => job.id === id);
    if (index < 0) return;
    this.#queue.splice(index, 1);
    this.#sent(id, false);
  }

  clear(): void {
    for (const job of this.#queue.splice(0)) this.#sent(job.id, false);
  }

  /** Writes the next `count` samples, silence behind the last key. */
  fill(into: Int16Array, count: number): void {
    let done = 0;
    while (done < count && this.#queue.length > 0) {
      const job = this.#queue[0]!;
      const take = Math.min(count - done, job.samples.length - job.offset);
      for (let i = 0; i < take; i++) into[done + i] = job.samples[job.offset + i]!;
      done += take;
      this.#advance(job, take);
    }
    into.fill(0, done, count);
  }

  #advance(job: Job, count: number): void {
    job.offset += count;
    while (job.mark < job.marks.length && job.marks[job.mark]!.from < job.offset) {
      this.#sounding = job.marks[job.mark]!.digit;
      job.mark++;
    }
    if (job.offset < job.samples.length) return;
    this.#queue.shift();
    this.#sent(job.id, true);
  }
}

function renderDigits(digits: string, toneMs: number, gapMs: number): Pick<Job, 'samples' | 'marks'> | null {
  const steps = parseKeys(digits);
  if (steps === null) return null;
  const parts: { readonly digit: string; readonly tone: Int16Array; gapMs: number }[] = [];
  let inPause = false;
  for (const step of steps) {
    const last = parts.at(-1);
    if ('digit' in step) parts.push({ digit: step.digit, tone: dtmfTone(step.digit, toneMs)!, gapMs });
    else if (last === undefined) parts.push({ digit: '', tone: new Int16Array(0), gapMs: step.pauseMs });
    else last.gapMs = inPause ? last.gapMs + step.pauseMs : step.pauseMs;
    inPause = 'pauseMs' in step;
  }
  const length = parts.reduce((sum, part) => sum + part.tone.length + part.gapMs * samplesPerMs, 0);
  const samples = new Int16Array(length);
  const marks: { readonly from: number; readonly digit: string }[] = [];
  let at = 0;
  for (const { digit, tone, gapMs: ms } of parts) {
    samples.set(tone, at);
    marks.push({ from: at, digit }, { from: at + tone.length, digit: '' });
    at += tone.length + ms * samplesPerMs;
  }
  return { samples, marks };
}
