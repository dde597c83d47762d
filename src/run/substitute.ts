// Owns: `{{name}}` in what a document says. Variables come from `set` and `loop`, then from what is known of the call.
// An unknown name is left out, so that a caller never hears braces; one that begins with $ stays as the document has it.
import type { Destination, Sound } from '../flow/node.ts';
import type { CallState } from './state.ts';

export function lookUp(state: CallState, name: string): string {
  if (name.startsWith('$')) {
    const own = state.variables.get(name.slice(1));
    return own === undefined ? name : typeof own === 'string' ? own : own.join(', ');
  }
  const value = state.variables.get(name);
  if (value !== undefined) return typeof value === 'string' ? value : value.join(', ');
  const { id, app, from, to, signalling } = state.facts;
  const facts: Readonly<Record<string, string>> = {
    call: id,
    id,
    app,
    from,
    to,
    diversion: signalling?.['Diversion'] ?? '',
    direction: state.direction,
    state: state.answered ? 'live' : 'ringing',
  };
  return facts[name] ?? '';
}

export function substitute(state: CallState, text: string): string {
  if (!text.includes('{{')) return text;
  return fill(text, (name) => lookUp(state, name));
}

export function substituteSound(state: CallState, sound: Sound): Sound {
  if (sound.kind === 'speech') return { ...sound, text: substitute(state, sound.text) };
  if (sound.kind === 'media') return { ...sound, url: substitute(state, sound.url) };
  if (sound.kind === 'recorded') return { ...sound, tag: substitute(state, sound.tag) };
  return sound;
}

/** In an address each value is percent-encoded: a caller's keys must not be able to change where a request goes. */
export function substituteDestination(state: CallState, destination: Destination): Destination {
  const { url, extra } = destination;
  const timeoutMs = state.plan?.webhookMs ?? destination.timeoutMs;
  const inExtra = Object.values(extra).some((value) => value.includes('{{'));
  if (!url.includes('{{') && !inExtra && timeoutMs === destination.timeoutMs) return destination;
  return {
    ...destination,
    timeoutMs,
    url: fill(url, (name) => encodeURIComponent(lookUp(state, name).toWellFormed())),
    extra: inExtra
      ? Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, substitute(state, value)]))
      : extra,
  };
}

function fill(text: string, value: (name: string) => string): string {
  return text.replaceAll(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_whole, name: string) => value(name));
}
