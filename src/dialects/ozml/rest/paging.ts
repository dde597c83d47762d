// Owns: PageNumber and RowsPerPage.
import type { Parameters } from '../parameters.ts';

export function pageIn(given: Parameters): { readonly offset: number; readonly limit: number } {
  const limit = given.integer('RowsPerPage', 20, { min: 1, max: 1000 });
  return { offset: given.integer('PageNumber', 0, { min: 0, max: 1_000_000 }) * limit, limit };
}
