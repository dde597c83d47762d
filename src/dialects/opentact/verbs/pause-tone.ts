// Owns: Pause and Tone.
import * as build from '../../../flow/build.ts';
import type { Fields } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import type { CompileVerb, Scope } from '../scope.ts';
import { partyOf } from './say-play.ts';

export const pause: CompileVerb = ({ fields, at }) => [
  build.pause(fields.milliseconds('length', 1000, { min: 0, max: 86_400_000 }), {
    at,
    stopKeys: fields.keys('dtmf_stop', ''),
  }),
];

export const tone: CompileVerb = ({ scope, fields, at, onFailed }) => {
  const onMs = fields.integer('don', byDefault.toneMs, { min: 1, max: 600_000 });
  const offMs = fields.integer('doff', 0, { min: 0, max: 600_000 });
  const cycles = fields.integer('loop', 1, { min: 1, max: 10_000 });
  const mostMs = fields.milliseconds('timeout', 30_000, { min: 1, max: 3_600_000 });
  const [volume, v] = [decibels(fields, 'volume'), decibels(fields, 'v')];
  const sound = {
    kind: 'tone',
    frequenciesHz: frequenciesOf(fields, scope),
    onMs,
    offMs,
    durationMs: Math.min(mostMs, (onMs + offMs) * cycles),
    volumeDb: volume ?? v ?? byDefault.toneDb,
  } as const;
  return [build.play(sound, { at, to: partyOf(fields), onFailed })];
};

const decibels = (fields: Fields, name: string) => fields.integer(name, null, { min: -96, max: 0 });

function frequenciesOf(fields: Fields, scope: Scope): readonly number[] {
  const attribute = fields.attribute('hz');
  if (attribute === null) return [byDefault.toneHz];
  const values = attribute.value.split(',').map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  if (values.length <= 4 && values.every((value) => value >= 20 && value <= 4000)) return values;
  scope.problems.warn(
    'attribute-invalid',
    attribute.at,
    `hz is not possible; ${byDefault.toneHz} is used.`,
    'Write one to four frequencies from 20 to 4000, as hz="350,440".',
  );
  return [byDefault.toneHz];
}
