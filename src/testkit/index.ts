// Owns: what the test kit publishes, for people who test their own flows with it.
export type { ReceivedRequest } from './application.ts';
export { createPhone, type Phone, type PhoneCallOptions, type PhoneLineOptions, type PhoneOptions } from './phone.ts';
export type { PhoneCall } from './phone-call.ts';
export type { DigitWay, KeyWay, PhoneCallEnd, PhoneEvent, PhoneEventOf } from './phone-event.ts';
export type { IncomingPhoneCall } from './phone-incoming.ts';
export type { PressOutcome } from './phone-script.ts';
export { plainDialect } from './plain-dialect.ts';
export * from './scenario.ts';
export { checkScenario, type Observation } from './scenario-check.ts';
export {
  createLiveStage,
  type LiveResult,
  type LiveServer,
  type LiveStage,
  type LiveStageOptions,
} from './scenario-live.ts';
export { outline } from './scenario-outline.ts';
export { promptsHeard, runScenario, type ScenarioResult } from './scenario-run.ts';
export { keystrokes, type ParsedScript, parseScript } from './script.ts';
export { charactersPerSecond, type Kill, type SimulateOptions, type Simulation, simulate } from './simulate.ts';
export { describeSound, formatTimeline } from './timeline.ts';
export { toneWav } from './tone-wav.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
