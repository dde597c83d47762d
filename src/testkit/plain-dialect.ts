// Owns: words of no vendor, for flows built by hand: documents are flows as JSON, reports travel as JSON, or as a query when
// the method is GET. A simulated application may answer with ready flows, which are not compiled at all.
import type { Compiled, Dialect } from '../dialects/dialect.ts';
import type { Report } from '../flow/report.ts';
import { parseFlow } from '../flow/schema.ts';

export const plainDialect: Pick<Dialect, 'compile' | 'request'> = {
  compile(text, source) {
    if (text.trim() === '') return { flow: { dialect: 'opentact', source, body: [] }, problems: [] };
    try {
      return { flow: parseFlow(JSON.parse(text)), problems: [] };
    } catch (error) {
      return refused((error as Error).message, source);
    }
  },
  request(report) {
    const { method, url } = report.destination;
    const fields = fieldsOf(report);
    if (method !== 'GET')
      return { method, url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) };
    const target = new URL(url);
    for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, String(value));
    return { method, url: target.href, headers: {}, body: null };
  },
};

function refused(message: string, source: string): Compiled {
  const place = { source, line: 1, column: 1 };
  return { flow: null, problems: [{ code: 'flow-invalid', severity: 'error', message, hint: null, ...place }] };
}

function fieldsOf(report: Report): Record<string, unknown> {
  const { destination: _destination, history: _history, ...fields } = report;
  return fields;
}
