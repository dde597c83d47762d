// Writes docs/dialects/*.md from the dialects' support tables. `--check` writes nothing and fails when a page is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { formatSupportPage as formatBandwidthPage } from '../src/dialects/bandwidth/page.ts';
import { formatSupportPage as formatBandwidthV1Page } from '../src/dialects/bandwidth-v1/page.ts';
import { formatSupportPage } from '../src/dialects/opentact/page.ts';
import { formatSupportPage as formatOzmlPage } from '../src/dialects/ozml/page.ts';

const folder = new URL('../docs/dialects/', import.meta.url);
const pages = {
  'bandwidth.md': formatBandwidthPage(),
  'bandwidth-v1.md': formatBandwidthV1Page(),
  'opentact.md': formatSupportPage(),
  'ozml.md': formatOzmlPage(),
};

mkdirSync(folder, { recursive: true });
for (const [name, page] of Object.entries(pages)) {
  const file = new URL(name, folder);
  if (!process.argv.includes('--check')) writeFileSync(file, page);
  else if (readFileSync(file, 'utf8') !== page) {
    console.error(`docs/dialects/${name} is stale: run node scripts/make-support-table.ts`);
    process.exitCode = 1;
  }
}
