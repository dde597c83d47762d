// Owns: something that the application is told and nobody waits for, as an effect.
import type { Effect } from '../call/effect.ts';
import type { Report, ReportedLeg } from '../flow/report.ts';
import type { CallState } from './state.ts';
import { substituteDestination } from './substitute.ts';

export function noticeOf(state: CallState, report: Report): Extract<Effect, { type: 'application.notify' }> {
  const destination = substituteDestination(state, report.destination);
  return {
    type: 'application.notify',
    notice: state.name('notice'),
    report: { ...report, destination, ...aboutLeg(state) },
  };
}

/** What a report says of the leg that its document runs for. */
export const aboutLeg = ({ leg }: CallState): { readonly ownLeg?: ReportedLeg } =>
  leg === null ? {} : { ownLeg: leg };
