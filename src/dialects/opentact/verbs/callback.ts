// Owns: Callback and Redirect: asking for the next document.
import * as build from '../../../flow/build.ts';
import type { CompileVerb } from '../scope.ts';
import { addressOf } from './say-play.ts';

export const callback: CompileVerb = ({ scope, fields, at, onFailed }) => {
  const url = addressOf(fields, scope, 'Callback');
  const method = fields.choice('method', ['GET', 'POST', 'PATCH', 'DELETE'], 'GET');
  const timeoutMs = fields.milliseconds('timeout', null, { min: 1, max: 3_600_000 });
  const tag = fields.text('tag');
  const body = fields.boolean('body', false);
  if (body && method === 'GET') {
    scope.problems.warn(
      'attribute-invalid',
      fields.attribute('body')!.at,
      'A GET request has no body, so body="true" has no effect.',
      'Write method="POST".',
    );
  }
  if (url === null) return [];
  const extra = { ...(tag ? { tag } : {}), ...(body ? { body: 'true' } : {}) };
  return [build.ask('Callback', build.destination(url, { method, timeoutMs, extra }), { at, onFailed })];
};

export const redirect: CompileVerb = ({ scope, fields, at, onFailed }) => {
  const url = addressOf(fields, scope, 'Redirect');
  const method = fields.choice('method', ['GET', 'POST'], 'GET');
  return url === null ? [] : [build.ask('Redirect', build.destination(url, { method }), { at, onFailed })];
};
