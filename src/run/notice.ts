// Owns: something that the application is told and nobody waits for, as an effect.
import type { Effect } from '../call/effect.ts';
import type { Report } from '../flow/report.ts';
import type { CallState } from './state.ts';
import { substituteDestination } from './substitute.ts';

export function noticeOf(state: CallState, report: Report): Extract<Effect, { type: 'application.notify' }> {
  const destination = substituteDestination(state, report.destination);
  return { type: 'application.notify', notice: state.name('notice'), report: { ...report, destination } };
}
