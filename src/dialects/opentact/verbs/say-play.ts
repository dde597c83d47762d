// Owns: Say and Play (old and new generation).
import * as build from '../../../flow/build.ts';
import type { Party } from '../../../flow/node.ts';
import { resolveAddress } from '../../xml/address.ts';
import { type Fields, textOf } from '../../xml/fields.ts';
import type { CompileVerb, Scope } from '../scope.ts';

const parties = { aleg: 'caller', bleg: 'callee', both: 'both' } as const satisfies Record<string, Party>;

export const say: CompileVerb = ({ scope, fields, at, onFailed }) => {
  const text = fields.text('text') ?? textOf(fields.element).replaceAll(/\s+/g, ' ');
  const gender = fields.choice('gender', ['MALE', 'FEMALE'], 'FEMALE');
  fields.choice('type', ['Standard', 'WaveNet'], null);
  const sound = build.speech(text, {
    language: languageOf(fields, scope),
    voice: fields.text('code') || null,
    gender: gender === 'MALE' ? 'male' : 'female',
  });
  const times = timesOf(fields);
  if (text === '') {
    scope.problems.warn('flow-prompt-empty', at, '<Say> has no text; it is skipped.');
    return [];
  }
  return [build.play(build.prompt(sound, times), { at, onFailed })];
};

export const play: CompileVerb = ({ scope, fields, at, before, onFailed }) => {
  const to = partyOf(fields);
  const times = timesOf(fields);
  const tag = fields.text('record');
  if (tag) {
    const running = before.findLast((node) => node.kind === 'record' && node.tag === tag);
    const stop = running?.kind === 'record' && running.mode === 'start' ? [build.record('stop', { at, tag })] : [];
    return [...stop, build.play(build.prompt({ kind: 'recorded', tag }, times), { at, to, onFailed })];
  }
  const url = addressOf(fields, scope, 'Play');
  return url === null ? [] : [build.play(build.prompt({ kind: 'media', url }, times), { at, to, onFailed })];
};

/** The address in `url` or in the element's text, resolved; null after a warning. */
export function addressOf(fields: Fields, scope: Scope, verb: string): string | null {
  const written = fields.text('url') ?? textOf(fields.element);
  const at = fields.attribute('url')?.at ?? fields.element.at;
  if (written === '') {
    scope.problems.warn(
      'attribute-missing',
      at,
      `<${verb}> has no address; it is skipped.`,
      `Write <${verb} url="https://…"/>.`,
    );
    return null;
  }
  const address = resolveAddress(written, scope.source);
  if ('url' in address) return address.url;
  scope.problems.warn('address-invalid', at, `${address.fault} <${verb}> is skipped.`, address.hint);
  return null;
}

export const partyOf = (fields: Fields): Party => parties[fields.choice('leg', ['aleg', 'bleg', 'both'], 'aleg')];

function timesOf(fields: Fields): number | null {
  const times = fields.integer('loop', 1, { min: 0, max: 1000 });
  return times === 0 ? null : times;
}

function languageOf(fields: Fields, scope: Scope): string {
  const written = fields.attribute('lang');
  if (written === null) return 'en-US';
  const value = written.value.trim().replace('_', '-');
  if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(value)) return value;
  scope.problems.warn(
    'attribute-invalid',
    written.at,
    'lang is not a language; en-US is used.',
    'Write a language as es or es-MX.',
  );
  return 'en-US';
}
