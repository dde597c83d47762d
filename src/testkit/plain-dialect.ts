// Owns: words of no vendor, for flows built by hand: reports travel as JSON, or as a query when the method is GET.
// Does not compile: the scripted application answers with ready flows.
import type { Dialect } from '../dialects/dialect.ts';
import type { Report } from '../flow/report.ts';

export const plainDialect: Pick<Dialect, 'compile' | 'request'> = {
  compile(text, source) {
    if (text.trim() === '') return { flow: { dialect: 'opentact', source, body: [] }, problems: [] };
    throw new Error('the plain dialect has no documents; answer with a flow');
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

function fieldsOf(report: Report): Record<string, unknown> {
  const { destination: _destination, history: _history, ...fields } = report;
  return fields;
}
