// Owns: documents that are files. Compiled once, and again when the file has changed.
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Compiled, Dialect } from '../dialects/dialect.ts';
import { fileInside } from './app-trust.ts';
import { createBriefMemo } from './brief-memo.ts';
import { publicUrl } from './fault.ts';
import { documentMaxBytes } from './http-client.ts';

export interface DocumentFiles {
  /** Rejects with CodedError document-file-*. */
  compile(url: string, dialect: Dialect, folders: readonly string[]): Promise<Compiled>;
}

const keepFiles = 500;

export function createDocumentFiles(clock: Clock): DocumentFiles {
  const known = new Map<string, { readonly version: string; readonly compiled: Compiled }>();
  const looked = createBriefMemo<Compiled>(clock);

  async function look(url: string, dialect: Dialect, folders: readonly string[]): Promise<Compiled> {
    const path = await fileInside(url, folders, {
      refused: 'document-file-refused',
      unreadable: 'document-file-unreadable',
    });
    const source = publicUrl(url);
    try {
      const { mtimeMs, size } = await stat(path);
      const key = `${dialect.name} ${source}`;
      const version = `${mtimeMs} ${size}`;
      const kept = known.get(key);
      if (kept?.version === version) return kept.compiled;
      if (size > documentMaxBytes)
        throw new CodedError('fetch-too-large', `${source} has more than the ${documentMaxBytes} bytes allowed.`);
      const compiled = dialect.compile(await readFile(path, 'utf8'), source);
      known.delete(key);
      known.set(key, { version, compiled });
      if (known.size > keepFiles) known.delete(known.keys().next().value!);
      return compiled;
    } catch (fault) {
      if (fault instanceof CodedError) throw fault;
      throw new CodedError('document-file-unreadable', `${source} cannot be read.`, { cause: fault });
    }
  }

  return {
    // An app that may not read a folder must not be given what another one read there.
    compile: (url, dialect, folders) =>
      looked.get(JSON.stringify([dialect.name, url, ...folders]), () => look(url, dialect, folders)),
  };
}
