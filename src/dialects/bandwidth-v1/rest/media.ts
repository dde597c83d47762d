// Owns: media: files that clients keep here, and the sounds of recordings, which have names there too. A file is kept in
// pieces of a size that notes are made for, and there is room for a hundred.
import { Readable } from 'node:stream';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { byDefault } from '../decisions.ts';
import { mediaNameOf, type NamedRecording, namedMedia } from '../ids.ts';
import { RequestProblem } from './problem.ts';
import { done, inTurn, paged, route, userUrl } from './route.ts';
import { textOf } from './transcriptions.ts';

interface FileNote {
  readonly type: string;
  readonly bytes: number;
  readonly pieces: number;
}

const kind = 'v1-media';
const pieceKind = 'v1-media-piece';
const pieceBytes = 192 * 1024;

export const mediaRoutes = [
  route('GET', '/v1/users/:account/media', async (request, voice) => {
    const files = await voice.notes.list<FileNote>(kind, { offset: 0, limit: byDefault.mediaFiles });
    const recordings = await voice.recordings(null);
    const all = [
      ...files.map(([mediaName, { bytes }]) => ({ mediaName, contentLength: bytes })),
      ...recordings.map(({ call, id, bytes }) => ({ mediaName: mediaNameOf(call, id), contentLength: bytes })),
    ];
    const at = `${userUrl(request, voice)}/media`;
    return paged(
      request,
      voice,
      all.map((file) => ({ ...file, content: `${at}/${encodeURIComponent(file.mediaName)}` })),
    );
  }),
  route(
    'PUT',
    '/v1/users/:account/media/:media',
    (request, voice) => inTurn(`media ${voice.account}`, () => put(request, voice)),
    byDefault.mediaBytes,
  ),
  route('GET', '/v1/users/:account/media/:media', get),
  route('DELETE', '/v1/users/:account/media/:media', (request, voice) =>
    inTurn(`media ${voice.account}`, () => remove(request, voice)),
  ),
];

const nameIn = ({ params }: RestRequest): string => params['media'] ?? '';

const noMedia = (name: string): RequestProblem =>
  new RequestProblem('media-not-found', `The media ${name} was not found`);

async function put(request: RestRequest, voice: Voice): Promise<RestReply> {
  const name = nameIn(request);
  const { body, headers } = request;
  if (name === '' || name.length > 200)
    throw new RequestProblem('validation-error', 'A media name has 1 to 200 characters');
  if (body.length > byDefault.mediaBytes)
    throw new RequestProblem('media-size-overflow', `A file has at most ${byDefault.mediaBytes} bytes`);
  const before = await voice.notes.get<FileNote>(kind, name);
  const files = await voice.notes.list<FileNote>(kind, { offset: byDefault.mediaFiles - 1, limit: 1 });
  if (before === null && files.length > 0)
    throw new RequestProblem(
      'media-size-overflow',
      `There is room for ${byDefault.mediaFiles} files: delete one first`,
    );
  if (before !== null) await forget(voice, name, before);
  const pieces = Math.ceil(body.length / pieceBytes);
  for (let piece = 0; piece < pieces; piece += 1) {
    const part = body.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
    await voice.notes.put(pieceKind, `${name}/${piece}`, part.toString('base64'));
  }
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(headers['content-type'] ?? '')
    ? headers['content-type']!
    : 'application/octet-stream';
  await voice.notes.put(kind, name, { type, bytes: body.length, pieces } satisfies FileNote);
  return done;
}

/** What somebody put here may be a page that acts for whoever opens it. */
const unlikeAPage = { 'content-disposition': 'attachment', 'content-security-policy': 'sandbox' };

async function get(request: RestRequest, voice: Voice): Promise<RestReply> {
  const name = nameIn(request);
  const note = await voice.notes.get<FileNote>(kind, name);
  if (note !== null) {
    const headers = { ...unlikeAPage, 'content-type': note.type, 'content-length': String(note.bytes) };
    return { status: 200, headers, body: Readable.from(piecesOf(voice, name, note)) };
  }
  const recorded = namedMedia(name);
  if (recorded?.kind === 'txt') return words(name, recorded, voice);
  const file = recorded === null ? null : await voice.recordingFile(recorded.call, recorded.recording);
  if (file === null) throw noMedia(name);
  const headers = { 'content-type': 'audio/wav', 'content-length': String(file.bytes) };
  return { status: 200, headers, body: file.body };
}

async function words(name: string, { call, recording }: NamedRecording, voice: Voice): Promise<RestReply> {
  const text = textOf((await voice.transcriptions?.get(call, recording))?.transcript ?? null);
  if (text === null) throw noMedia(name);
  return { status: 200, headers: { ...unlikeAPage, 'content-type': 'text/plain; charset=utf-8' }, body: text };
}

async function* piecesOf(voice: Voice, name: string, { pieces }: FileNote): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const text = await voice.notes.get<string>(pieceKind, `${name}/${piece}`);
    if (text === null) throw new Error(`a piece of ${name} is gone`);
    yield Buffer.from(text, 'base64');
  }
}

async function remove(request: RestRequest, voice: Voice): Promise<RestReply> {
  const name = nameIn(request);
  const note = await voice.notes.get<FileNote>(kind, name);
  if (note !== null) {
    await forget(voice, name, note);
    return done;
  }
  const recorded = namedMedia(name);
  if (recorded?.kind !== 'wav' || !(await voice.dropRecording(recorded.call, recorded.recording))) throw noMedia(name);
  return done;
}

async function forget(voice: Voice, name: string, { pieces }: FileNote): Promise<void> {
  await voice.notes.drop(kind, name);
  for (let piece = 0; piece < pieces; piece += 1) await voice.notes.drop(pieceKind, `${name}/${piece}`);
}
