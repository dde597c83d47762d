// Owns: keeping what Node compiled, so that the next start has to compile nothing: a server that was killed is back in half
// the time. Kept for this user alone, for whoever may write there decides what runs.
import { mkdirSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** By then everything that a start needs is loaded. A process that is killed keeps nothing at its end. */
const loadedMs = 3000;
const ownerOnly = 0o700;

/** To be called before anything else is imported, in the main thread. Does nothing where nothing can be kept. */
export function keepCompiled(): void {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env;
  if (NODE_COMPILE_CACHE !== undefined || NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const folder = join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'keytone');
  try {
    mkdirSync(folder, { recursive: true, mode: ownerOnly });
  } catch {
    return;
  }
  if (enableCompileCache(folder).directory === undefined) return;
  // Threads look here.
  process.env['NODE_COMPILE_CACHE'] = folder;
  keepSoon();
}

/** To be called in a thread, which keeps its own. */
export function keepSoon(): void {
  setTimeout(() => flushCompileCache(), loadedMs).unref();
}
