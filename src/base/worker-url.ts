// Owns: where a worker's or child's entry file lies: `.ts` in the tree, `.js` in the published dist/.

/** `workerUrl(import.meta.url, './worker')` is the URL of worker.ts or worker.js beside the caller. */
export function workerUrl(from: string, path: string): URL {
  return new URL(`${path}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
}
