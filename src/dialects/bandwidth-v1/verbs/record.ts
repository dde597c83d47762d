// Owns: Record as a verb of its own. Inside a Transfer it is part of that (transfer.ts).
import * as build from '../../../flow/build.ts';
import type { Fields } from '../../xml/fields.ts';
import type { CompileVerb, Scope } from '../scope.ts';
import { requestUrl } from './request-url.ts';

export const record: CompileVerb = ({ scope, fields, at }) => {
  const report = requestUrl(fields, scope, { event: 'recording' });
  const { maxMs, silenceMs, terminators } = limitsOf(fields);
  fields.boolean('multiChannel', false);
  warnFormat(fields, scope);
  return {
    nodes: [build.record('until', { at, maxMs, silenceMs: silenceMs || null, terminators, report })],
    leaves: report !== null,
  };
};

export const limitsOf = (fields: Fields) => ({
  maxMs: fields.seconds('maxDuration', 60, { min: 1, max: 3600 }),
  silenceMs: fields.seconds('silenceTimeout', 3, { min: 0, max: 60 }),
  terminators: fields.keys('terminatingDigits', ''),
});

export function warnFormat(fields: Fields, scope: Scope): void {
  if (fields.choice('fileFormat', ['wav', 'mp3'], 'wav') !== 'mp3') return;
  scope.problems.warn(
    'attribute-not-supported',
    fields.attribute('fileFormat')!.at,
    'fileFormat="mp3" is recorded as WAV.',
    'Write fileFormat="wav", and expect a WAV file.',
  );
}
