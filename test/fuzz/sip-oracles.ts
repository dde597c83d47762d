// biome-ignore-all lint/suspicious/noExplicitAny: neither package has types for its parser.
// Owns: the parsers of the npm packages `sip` and `jssip`, as second opinions on what a message says.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);

/** `sip` loads `ws` for a transport that is not used here and not installed: it gets an empty one. */
export function loadSip(): { parse(text: string): Record<string, any> | undefined } {
  const path = require.resolve('sip/sip.js');
  const wrapper = runInThisContext(`(function (require, exports, module) {${readFileSync(path, 'utf8')}\n})`, path);
  const local = createRequire(path);
  const module = { exports: {} as any };
  wrapper((name: string) => (name === 'ws' ? {} : local(name)), module.exports, module);
  return module.exports;
}

export interface JssipMessage {
  readonly status_code: number;
  readonly body: string;
  readonly call_id: string;
  readonly cseq: number;
  readonly from_tag: string;
  readonly to_tag: string | null;
  getHeaders(name: string): string[];
  parseHeader(name: string, at: number): any;
}

export function loadJssip(): { parse(text: string): JssipMessage | undefined } {
  const { parseMessage } = require('jssip/lib/Parser.js');
  return { parse: (text) => parseMessage(text, {}) };
}
