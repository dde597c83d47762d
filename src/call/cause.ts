// Owns: the Q.850 cause that a call's end is told with when a leg ended by a SIP status (after the table of RFC 3398
// section 8.2.6.1).

const causes: Readonly<Record<number, number>> = {
  403: 21,
  404: 1,
  408: 102,
  410: 22,
  480: 18,
  484: 28,
  486: 17,
  487: 16,
  500: 41,
  502: 38,
  503: 41,
  504: 102,
  600: 17,
  603: 21,
  604: 1,
};

export function causeOfStatus(sipStatus: number): number {
  return causes[sipStatus] ?? 31;
}
