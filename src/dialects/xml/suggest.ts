// Owns: "did you mean". Levenshtein distance over a short list of known names.

/** Steps (insert, delete, replace) from one word to the other, or `limit + 1` when there are more than `limit`. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row[b.length]!;
}

/** The known name nearest to what was written, if it is near enough to be a slip: a third of its letters, at most 3. */
export function suggest(written: string, known: Iterable<string>): string | null {
  const lower = written.toLowerCase();
  let best: string | null = null;
  let bestSteps = Math.min(3, Math.max(1, Math.floor(written.length / 3))) + 1;
  for (const name of known) {
    const steps = distance(lower, name.toLowerCase(), bestSteps);
    if (steps < bestSteps) {
      best = name;
      bestSteps = steps;
    }
  }
  return best;
}
