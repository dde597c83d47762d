// Owns: `{{name}}` in what a document says. Variables come from `set` and `loop`, then from what is known of the call.
// An unknown name is left out, so that a caller never hears braces.
import type { Sound } from '../flow/node.ts';
import type { CallState } from './state.ts';

export function lookUp(state: CallState, name: string): string {
  const value = state.variables.get(name);
  if (value !== undefined) return typeof value === 'string' ? value : value.join(', ');
  const { id, app, from, to } = state.facts;
  const facts: Readonly<Record<string, string>> = {
    call: id,
    id,
    app,
    from,
    to,
    direction: state.direction,
    state: state.answered ? 'live' : 'ringing',
  };
  return facts[name] ?? '';
}

export function substitute(state: CallState, text: string): string {
  if (!text.includes('{{')) return text;
  return text.replaceAll(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_whole, name: string) => lookUp(state, name));
}

export function substituteSound(state: CallState, sound: Sound): Sound {
  if (sound.kind === 'speech') return { ...sound, text: substitute(state, sound.text) };
  if (sound.kind === 'media') return { ...sound, url: substitute(state, sound.url) };
  if (sound.kind === 'recorded') return { ...sound, tag: substitute(state, sound.tag) };
  return sound;
}
