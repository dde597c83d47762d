// Owns: phone numbers: those that the account's apps are called at. None can be bought here: whoever creates one has it from
// a provider already. And what is said of numbers that others have: nothing.
import { readTarget } from '../../bandwidth/verbs/address.ts';
import type { RestRequest, RestRoute, Voice } from '../../rest.ts';
import { freshId } from '../ids.ts';
import { needApplication } from './applications.ts';
import { type Input, readInput } from './input.ts';
import { renewApplication } from './install-application.ts';
import { type NumberNote, numberKind, numberNotes } from './number-notes.ts';
import { RequestProblem } from './problem.ts';
import { created, done, paged, route, shown, userUrl } from './route.ts';

export const phoneNumberRoutes = [
  route('GET', '/v1/users/:account/phoneNumbers', async (request, voice) =>
    paged(
      request,
      voice,
      (await numbersOf(voice)).map((one) => view(one, request, voice)),
    ),
  ),
  route('POST', '/v1/users/:account/phoneNumbers', async (request, voice) => {
    const input = readInput('phoneNumber', request);
    const number = input.needed('number', 100);
    const application = input.text('applicationId');
    const app =
      application === null
        ? voice.appFor('bandwidth-v1').name
        : (await needApplication(request, voice, application)).id;
    if ((await numbersOf(voice)).some((one) => one.number === number))
      throw new RequestProblem('number-update-conflict', `There is a number ${number} already`);
    await voice.saveNumber(number, app);
    // Of before its application was deleted.
    for (const [old, one] of await numberNotes(voice))
      if (one.number === number) await voice.notes.drop(numberKind, old);
    const id = freshId('n');
    await voice.notes.put(numberKind, id, { number, ...wordsOf(input, {}), createdTime: new Date().toISOString() });
    await renewApplication(voice, app);
    return created(voice, `phoneNumbers/${id}`);
  }),
  route('GET', '/v1/users/:account/phoneNumbers/:number', async (request, voice) =>
    shown(view(await needNumber(request, voice), request, voice)),
  ),
  route('POST', '/v1/users/:account/phoneNumbers/:number', async (request, voice) => {
    const known = await needNumber(request, voice);
    const input = readInput('phoneNumber', request);
    const application = input.text('applicationId');
    const app = application === null ? known.app : (await needApplication(request, voice, application)).id;
    if (app !== known.app) await voice.saveNumber(known.number, app);
    await voice.notes.put(numberKind, known.id, { ...known.note, number: known.number, ...wordsOf(input, known.note) });
    await renewApplication(voice, app);
    if (app !== known.app) await renewApplication(voice, known.app);
    return done;
  }),
  route('DELETE', '/v1/users/:account/phoneNumbers/:number', async (request, voice) => {
    const { id, number, app } = await needNumber(request, voice);
    await voice.dropNumber(number);
    await voice.notes.drop(numberKind, id);
    await renewApplication(voice, app);
    return done;
  }),
];

const notHere = (words: string) => async (): Promise<never> => {
  throw new RequestProblem('resource-not-found', words);
};
const noCarrier = 'This server has no numbers to sell: create the one that your provider gave you';

/** Below no account. */
export const availableNumberRoutes: readonly RestRoute[] = [
  route('GET', '/v1/availableNumbers/:kind', notHere(noCarrier)),
  route('POST', '/v1/availableNumbers/:kind', notHere(noCarrier)),
];
export const numberInfoRoutes: readonly RestRoute[] = [
  route('GET', '/v1/phoneNumbers/numberInfo/:number', notHere('This server knows no names of callers (CNAM)')),
];

function wordsOf(input: Input, was: Partial<NumberNote>): Partial<NumberNote> {
  const name = input.text('name', 200) ?? was.name;
  const written = input.text('fallbackNumber', 256)?.trim() ?? '';
  if (written !== '' && readTarget(written, 'any') === null) throw input.invalid('fallbackNumber', 'cannot be called');
  const fallbackNumber = input.text('fallbackNumber', 256) ?? was.fallbackNumber;
  return {
    ...(name === undefined ? {} : { name }),
    ...(fallbackNumber === undefined ? {} : { fallbackNumber }),
  };
}

interface KnownNumber {
  readonly id: string;
  readonly number: string;
  readonly app: string;
  readonly note: Partial<NumberNote>;
}

async function numbersOf(voice: Voice): Promise<readonly KnownNumber[]> {
  const notes = await numberNotes(voice);
  return voice.apps().flatMap(({ name: app, numbers }) =>
    numbers.map((number): KnownNumber => {
      const [id, note] = notes.find(([, one]) => one.number === number) ?? [`n-${number.replace('+', '')}`, {}];
      return { id, number, app, note };
    }),
  );
}

/** By its id, or as it is dialled. */
async function needNumber({ params }: RestRequest, voice: Voice): Promise<KnownNumber> {
  const written = params['number'] ?? '';
  const found = (await numbersOf(voice)).find(({ id, number }) => id === written || number === written);
  if (found !== undefined) return found;
  throw new RequestProblem('number-not-found', `The number ${written} was not found`, {
    name: 'number',
    value: written,
  });
}

function view({ id, number, app, note }: KnownNumber, request: RestRequest, voice: Voice): object {
  const { name, fallbackNumber, createdTime } = note;
  return {
    id,
    number,
    name,
    fallbackNumber,
    createdTime,
    numberState: 'enabled',
    application: `${userUrl(request, voice)}/applications/${app}`,
  };
}
