// Owns: GET /errors: what was refused of this account's requests, the newest first.
import { RequestProblem } from './problem.ts';
import { listed, pageOf, route, shown } from './route.ts';

export const errorRoutes = [
  route('GET', '/v1/users/:account/errors', async (request, voice) => {
    const page = pageOf(request);
    const found = await voice.notes.list<object>('v1-error', { offset: page.offset, limit: page.limit + 1 });
    return listed(
      request,
      voice,
      page,
      found.map(([, note]) => note),
    );
  }),
  route('GET', '/v1/users/:account/errors/:error', async (request, voice) => {
    const id = request.params['error'] ?? '';
    const found = await voice.notes.get<object>('v1-error', id);
    if (found === null) throw new RequestProblem('user-error-not-found', `The error ${id} was not found`);
    return shown(found);
  }),
];
