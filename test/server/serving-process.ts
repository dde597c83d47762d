// Owns: for tests: a configured server in a process of its own that its parent may kill. Run by fork:
// `serving-process.ts keytone.yaml`; tells `{sip, http}` once it serves.
import { silentLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer } from '../../src/server/server.ts';

const { config, problems } = readConfig({ file: process.argv[2]!, environment: {} });
if (config === null) throw new Error(JSON.stringify(problems));
const server = await createServer(config, silentLog, { load: () => 0 });
process.on('disconnect', () => process.exit(0));
process.send!({ sip: server.sip[0]!.port, http: server.http.port });
