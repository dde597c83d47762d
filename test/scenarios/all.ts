// Owns: the list of all stories, and which dialect words each.
import { dialectOf } from '../../src/dialects/index.ts';
import { plainDialect, type Scenario } from '../../src/testkit/index.ts';
import { scenarios as apology } from './apology.scenario.ts';
import { scenarios as bandwidth } from './bandwidth.scenario.ts';
import { scenarios as bandwidthV1 } from './bandwidth-v1.scenario.ts';
import { scenarios as bargeIn } from './barge-in.scenario.ts';
import { scenarios as beside } from './beside.scenario.ts';
import { scenarios as commands } from './commands.scenario.ts';
import { scenarios as conference } from './conference.scenario.ts';
import { scenarios as decisions } from './decisions.scenario.ts';
import { scenarios as everyDialect } from './every-dialect/index.ts';
import { scenarios as legs } from './legs.scenario.ts';
import { scenarios as ozml } from './ozml.scenario.ts';
import { scenarios as placed } from './placed.scenario.ts';
import { scenarios as seedCode } from './seed-code.scenario.ts';
import { scenarios as seedMenu } from './seed-menu.scenario.ts';
import { scenarios as sensitive } from './sensitive.scenario.ts';
import { scenarios as timers } from './timers.scenario.ts';
import { scenarios as typeAhead } from './type-ahead.scenario.ts';

export const allScenarios: readonly Scenario[] = [
  ...seedMenu,
  ...seedCode,
  ...timers,
  ...bargeIn,
  ...typeAhead,
  ...legs,
  ...commands,
  ...beside,
  ...placed,
  ...conference,
  ...decisions,
  ...sensitive,
  ...apology,
  ...bandwidth,
  ...bandwidthV1,
  ...ozml,
  ...everyDialect,
];

export function dialectFor({ dialect }: Scenario): typeof plainDialect {
  return dialect === 'none' ? plainDialect : dialectOf(dialect);
}
