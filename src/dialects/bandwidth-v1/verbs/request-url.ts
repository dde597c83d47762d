// Owns: the addresses that verbs name for their events, asked by GET but for that of a transcription. They go there and nowhere else: a callback that
// is changed over REST does not move them.
import * as build from '../../../flow/build.ts';
import type { Destination } from '../../../flow/node.ts';
import { encodeTag } from '../../bandwidth/destination.ts';
import { resolveAddress } from '../../xml/address.ts';
import type { Fields } from '../../xml/fields.ts';
import { splitAddress } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import type { Scope } from '../scope.ts';

interface Names {
  readonly event: string;
  readonly attribute?: string;
  readonly isNeeded?: true;
  readonly more?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
}

/** null when the verb names none; that is an error when it must. */
export function requestUrl(fields: Fields, scope: Scope, names: Names): Destination | null {
  const { event, attribute: name = 'requestUrl', isNeeded, more = {}, method = 'GET' } = names;
  const timeoutMs =
    name === 'requestUrl' ? fields.integer('requestUrlTimeout', byDefault.requestUrlMs, { min: 1, max: 30_000 }) : null;
  const attribute = fields.attribute(name);
  const written = attribute?.value.trim() ?? '';
  const { element } = fields;
  if (attribute === null || written === '') {
    if (isNeeded === true)
      scope.problems.error(
        'attribute-missing',
        element.at,
        `<${element.name}> needs the attribute ${name}.`,
        `Write <${element.name} ${name}="https://…"/>.`,
      );
    return null;
  }
  const address = resolveAddress(written, scope.source);
  if (!('url' in address)) {
    scope.problems.error('address-invalid', attribute.at, `${name}: ${address.fault}`, address.hint);
    return null;
  }
  const { url, credentials } = splitAddress(address.url);
  return build.destination(url, {
    method,
    timeoutMs,
    extra: { event, ...(credentials === null ? {} : { credentials }), ...more },
  });
}

/** The verb's own tag, as a word of its event. */
export function tagOf(fields: Fields): Readonly<Record<string, string>> {
  const tag = fields.text('tag') ?? '';
  return tag === '' ? {} : { tag: encodeTag(tag) };
}
