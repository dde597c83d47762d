// Measures the detector of keys against every line of its scorecard and writes docs/dtmf-scorecard.md. Fails when a line
// that has a need is missed with any seed.
//   npm run bench:dtmf -- [--quick] [--seeds 1,2,3,4,5] [--hours 2] [--print]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ScoreLine, scoreLines } from './lines.ts';
import { type Row, scorecard } from './page.ts';
import { conversation, costOf, keysInNoise } from './speed.ts';
import { inChords, inSpeech, inVoices, type TalkOff } from './talk-off.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    /** Of each kind of sound without keys. */
    hours: { type: 'string' },
    /** Leave the page as it is. */
    print: { type: 'boolean', default: false },
  },
});
const seeds = (values.seeds ?? (values.quick ? '1' : '1,2,3,4,5')).split(',');
const hours = Number(values.hours ?? (values.quick ? 0.1 : 2));
const share = values.quick ? 0.25 : 1;

const rows: Row[] = [];
const show = (figure: number, digits = 2): string => String(Math.round(figure * 10 ** digits) / 10 ** digits);

function add(row: Row): void {
  rows.push(row);
  const met = row.met === null ? '   ' : row.met ? 'ok ' : 'NO ';
  console.log(`${met} ${row.what}: ${row.figure}${row.need === '' ? '' : ` (needed ${row.need})`}  ${row.seeds}`);
}

const isMet = ({ need }: Pick<ScoreLine, 'need'>, figure: number): boolean | null => {
  if (need === null) return null;
  return need.is === 'atLeast' ? figure >= need.figure : figure <= need.figure;
};
const worded = ({ need, unit }: Pick<ScoreLine, 'need' | 'unit'>): string => {
  if (need === null) return '';
  return `${need.is === 'atLeast' ? 'at least' : 'at most'} ${need.figure} ${unit}`;
};

for (const line of scoreLines) {
  const figures = seeds.map((name) => line.measure({ name, share }));
  const figure = line.worst === 'least' ? Math.min(...figures) : Math.max(...figures);
  const shown = figures.map((one) => show(one)).join(' ');
  add({
    what: line.what,
    need: worded(line),
    figure: `${show(figure)} ${line.unit}`,
    met: isMet(line, figure),
    seeds: shown,
  });
}

function addTalkOff(what: string, limit: number, { hits, hours: heard }: TalkOff): void {
  const perHour = hits / heard;
  const figure = `${show(perHour)} an hour (${hits} in ${show(heard, 1)} h)`;
  // too short a time says nothing
  const met = heard < 1 ? null : perHour <= limit;
  add({ what, need: `at most ${limit} an hour`, figure, met, seeds: '' });
}
const seed = seeds.join(' ');
addTalkOff('keys heard in synthetic voices', 1.8, inVoices(seed, 2 * hours));
addTalkOff('keys heard in speech of eSpeak NG, 14 languages', 1.8, await inSpeech(seed, hours));
addTalkOff('keys heard in chords', 3, inChords(seed, 2 * hours));

const leastSpeed = 3000;
for (const [what, samples] of [
  ['speed, keys in noise', keysInNoise(values.quick ? 60 : 300)],
  ['speed, a conversation', conversation(values.quick ? 60 : 300)],
] as const) {
  const { timesRealTime, bytesPerPacket } = costOf(samples);
  const figure = `${show(timesRealTime, -2)} × real time`;
  add({ what, need: `at least ${leastSpeed} ×`, figure, met: timesRealTime >= leastSpeed, seeds: '' });
  add({
    what: `memory taken by a packet, ${what.slice(7)}`,
    need: '',
    figure: `${show(bytesPerPacket, 1)} bytes`,
    met: null,
    seeds: '',
  });
}

const missed = rows.filter(({ met }) => met === false);
console.log(missed.length === 0 ? 'every line is met' : `${missed.length} lines are missed`);
if (!values.quick && !values.print) {
  writeFileSync(join(import.meta.dirname, '../../docs/dtmf-scorecard.md'), scorecard(rows, seeds));
}
process.exit(missed.length === 0 ? 0 : 1);
