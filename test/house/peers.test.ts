import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('names the suites that do not run on a machine without peers and without apt, and goes on', () => {
  const peers = new URL('../../scripts/peers.mjs', import.meta.url).href;
  const script = `import { fetchPeers } from ${JSON.stringify(peers)}; console.log(fetchPeers().join('\\n'));`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    // A PATH on which there is a shell to ask and nothing else of interest.
    env: { PATH: fileURLToPath(new URL('.', import.meta.url)) },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  for (const name of ['sipp', 'baresip', 'linphonec'])
    expect(stdout).toContain(`${name} is not here (no apt-get on this machine)`);
});
