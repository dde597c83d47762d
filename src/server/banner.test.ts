import { describe, expect, it } from 'vitest';
import { formatBanner } from './banner.ts';
import { readConfig } from './config.ts';

const { config } = readConfig({ file: null, environment: {}, workingDir: '/srv/keytone' });
const bound = { sipPort: 5060, http: { host: '127.0.0.1', port: 8080 } };

describe('what a started server says', () => {
  it('shows the key of the account that it made, and how another one is made', () => {
    const banner = formatBanner(config!, bound, { account: '4711302', id: 'key-a', secret: 'shown-once' });
    expect(banner).toContain('account  4711302');
    expect(banner).toContain('key id   key-a');
    expect(banner.match(/shown-once/g)).toHaveLength(1);
    expect(banner).toContain('keytone -- account key add 4711302 --data-dir /srv/keytone/keytone-data');
  });

  it('says nothing of keys when none was made', () => {
    expect(formatBanner(config!, bound)).not.toMatch(/secret|key id/);
  });
});
