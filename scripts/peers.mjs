// Owns: the real programs that the interop suites talk to: fetched from Debian when this machine lets us, and said plainly
// when not. Nothing here ever fails the tests: a suite whose peer is missing reports itself as skipped.
import { spawnSync } from 'node:child_process';

const peers = [
  { command: 'sipp', package: 'sip-tester', suites: 'SIPp call load and torture' },
  { command: 'baresip', package: 'baresip-core', suites: 'baresip phone' },
  { command: 'linphonec', package: 'linphone-cli', suites: 'Linphone phone' },
];

const has = (command) => spawnSync('/bin/sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/** Returns lines to tell the user; empty when every peer is there. */
export function fetchPeers() {
  const missing = () => peers.filter((peer) => !has(peer.command));
  if (missing().length === 0) return [];
  const why = cannotInstall();
  if (why === null) {
    const names = missing().map((peer) => peer.package);
    console.log(`installing Debian packages of the interop peers: ${names.join(' ')}`);
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', ...args], {
        stdio: 'ignore',
        timeout: 240_000,
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    const install = () =>
      names.map((name) => apt('install', '-y', '--no-install-recommends', name).status === 0).every(Boolean);
    // The package lists of an image are often empty or old; they are fetched only when that shows.
    if (!install()) {
      apt('update');
      install();
    }
  }
  const reason = why ?? 'apt-get could not install it';
  return missing().map(
    (peer) =>
      `${peer.command} is not here (${reason}): the ${peer.suites} suites do not run; install ${peer.package} to run them`,
  );
}

function cannotInstall() {
  if (process.env.KEYTONE_TEST_APT === '0') return 'KEYTONE_TEST_APT=0';
  if (!has('apt-get')) return 'no apt-get on this machine';
  if (process.getuid?.() !== 0) return 'not root';
  return null;
}
