import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatSupportPage } from './page.ts';

describe('docs/dialects/ozml.md', () => {
  it('is what the support table says (else run scripts/make-support-table.ts)', () => {
    expect(readFileSync(new URL('../../../docs/dialects/ozml.md', import.meta.url), 'utf8')).toBe(formatSupportPage());
  });
});
