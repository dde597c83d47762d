// Owns: the words of docs/dtmf-scorecard.md. Does not: measure.
import { otherDetectors, storedLines, storedLoss } from './others.ts';

export interface Row {
  readonly what: string;
  readonly need: string;
  /** The worst of all seeds. */
  readonly figure: string;
  /** Null when nothing is needed. */
  readonly met: boolean | null;
  readonly seeds: string;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const answer = (met: boolean | null): string => (met === null ? '' : met ? 'yes' : '**no**');

export function scorecard(rows: readonly Row[], seeds: readonly string[]): string {
  const own = table(
    ['measure', 'needed', `worst of seeds ${seeds.join(', ')}`, 'met'],
    rows.map(({ what, need, figure, met }) => [what, need, figure, answer(met)]),
  );
  const compared = table(
    ['measure', 'needed', 'Keytone', ...otherDetectors],
    storedLines.map(({ what, need, keytone, others }) => [what, need, keytone, ...others]),
  );
  return `# How well keys are heard in audio

<!-- Made by \`npm run bench:dtmf\`; the words stand in bench/dtmf/page.ts. -->

\`keytone detect\` and the calls use one detector, \`src/media/dtmf\`. This page says how it decides, what it refuses on
purpose, and how it measures. Keys that come as telephone-events or SIP INFO need none of this; [keys.md](keys.md) says
which way counts when.

## How it decides

The sound, at 8 or 16 kHz, passes a filter that takes out dial tone and hum, and is cut into steps of 2.5 ms. At each step
the eight frequencies of the keypad are weighed over the newest 12.5 ms. When one row and one column stand out, and hold
much of the energy, the detector *believes* in that key; it says nothing yet.

A belief that has lasted 30 ms gets a close look. The two sines that explain these 30 ms best are found by least squares,
frequencies included. It is a key when

- both frequencies are within 1.8 % of their nominal value,
- the column's tone is at most 9.5 dB weaker or 6.2 dB stronger than the row's, and neither is below -46 dBm0,
- at most an eighth of the energy is anything else, no single third tone is in it that a telephone would not make, and what
  the filter took out was a dial tone,
- both tones fill the window from end to end and neither swells nor fades much.

If not, the next steps are looked at as well, for at most 150 ms: what was no key by then is music. A pitch that was more
than 2.3 % off at any look is not looked at again: it glides through the key on its way elsewhere.

A key that was told is followed until it has been silent for 20 ms. So a dropout does not split it and a held key is one
key. **Lost packets** are told to the detector as lost, and what stands in for them is never listened to. They neither end
a key nor prove one. A tone cut off by a loss counts from 12.5 ms on, since the rest of it may have been in the lost packet.

## What it refuses on purpose

- Tones under about 32 ms that no loss has cut: Q.24 lets no receiver take 23 ms or less.
- Tones 1.8 % off or more. Q.24 has them heard to 1.5 % and refused from 3.5 %; the note G5 is 1.8 % above the second row.
- More than the twist above; keys below -46 dBm0.
- Keys under loud speech or music. The same rule that keeps a voice from being a key loses a short key that someone talks
  over: of keys of 50 ms, 99 % are heard when they are 24 to 26 dB above a crowd. A key held longer gets more looks, so in
  practice a caller who presses again, or longer, is heard.

Chords of two pure notes that lie within 1.5 % of a row and a column *are* keys by any standard, and are told: a B♭5 under
an E6 is a 0.

## Measured

\`\`\`
npm run bench:dtmf             # seeds ${seeds.join(', ')}; a few minutes; writes this page
npm run bench:dtmf -- --quick  # a fraction of it, writes nothing
\`\`\`

The signals are made by the benchmark itself (\`bench/dtmf\`, \`src/media/dtmf/*-rig.ts\`): random order, phase and start of
keys, abrupt edges, all sixteen keys. They depend on the seed alone, not on the machine. The limits are those of Q.24's
table of practice, RFC 2833 and RFC 4733; the rates of false keys are what the best of the detectors below reaches.

${own}

Speed is the only figure that depends on the machine: sound heard for each second of processor time of one core, packets of
20 ms. The detector allocates nothing for a packet; what is left are a few boxed numbers for each close look.

Not measured: human speech. No recordings of it come with this repository, so talk-off is measured with synthetic
voices. Take these rates to compare detectors, not as a forecast for a line.

## Beside other detectors

Measured by a bench of another author which is not part of this repository, with other signals than above of the same
kinds. The others with its seed 1; Keytone with its seeds 1 to 5, the worst of which is shown. The others'
talk-off is over 11.8 h of eSpeak NG, 2 h of chords and 4 h of formant voices. spandsp ran in a small C program, multimon-ng
through sox, the two packages and Keytone under Node.

${compared}

${storedLoss}
`;
}
