import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatSupportPage } from './page.ts';

describe('docs/dialects/bandwidth.md', () => {
  it('is what the support table says (else run scripts/make-support-table.ts)', () => {
    expect(readFileSync(new URL('../../../docs/dialects/bandwidth.md', import.meta.url), 'utf8')).toBe(
      formatSupportPage(),
    );
  });
});
