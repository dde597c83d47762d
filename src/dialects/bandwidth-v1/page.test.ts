import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatSupportPage } from './page.ts';

describe('docs/dialects/bandwidth-v1.md', () => {
  it('is what the support tables say (else run scripts/make-support-table.ts)', () => {
    const page = new URL('../../../docs/dialects/bandwidth-v1.md', import.meta.url);
    expect(readFileSync(page, 'utf8')).toBe(formatSupportPage());
  });
});
