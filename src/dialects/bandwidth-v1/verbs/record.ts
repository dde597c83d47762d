// Owns: Record as a verb of its own. Inside a Transfer it is part of that (transfer.ts).
import * as build from '../../../flow/build.ts';
import type { RecordNode } from '../../../flow/node.ts';
import type { Fields } from '../../xml/fields.ts';
import type { CompileVerb, Scope } from '../scope.ts';
import { requestUrl } from './request-url.ts';

export const record: CompileVerb = ({ scope, fields, at }) => {
  const report = requestUrl(fields, scope, { event: 'recording' });
  const { maxMs, silenceMs, terminators } = limitsOf(fields);
  fields.boolean('multiChannel', false);
  warnFormat(fields, scope);
  const node = build.record('until', { at, maxMs, silenceMs: silenceMs || null, terminators, report });
  return {
    nodes: [{ ...node, ...transcribed(fields, scope) }],
    leaves: report !== null,
  };
};

/** What was said is written down once the file is there. */
export function transcribed(fields: Fields, scope: Scope): Pick<RecordNode, 'transcribe'> {
  const isWanted = fields.boolean('transcribe', false);
  const names = { event: 'transcription', attribute: 'transcribeCallbackUrl', method: 'POST' } as const;
  const notify = requestUrl(fields, scope, isWanted ? { ...names, isNeeded: true as const } : names);
  if (!isWanted || notify === null) return {};
  if (scope.transcribes) return { transcribe: { detectLanguage: false, notify } };
  scope.problems.warn(
    'attribute-not-supported',
    fields.attribute('transcribe')!.at,
    'Nothing is transcribed: this server has no transcription engine.',
    'Configure one, or write transcribe="false".',
  );
  return {};
}

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
