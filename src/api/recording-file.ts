// Owns: a stored recording as the body of an answer: the file below the data folder, whole or a range of it.
// Does not: take anything of the path from the request: the file is what the row of the store says.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RecordingRow } from '../store/rows.ts';
import { parseByteRange } from './byte-range.ts';

export async function sendRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  row: RecordingRow,
  dataDir: string,
  log: Log,
): Promise<FastifyReply> {
  const handle = await openBelow(dataDir, row, log);
  try {
    const { size } = await handle.stat();
    // There is no validator that If-Range could match, so with one the whole is right.
    const range = parseByteRange(request.headers['if-range'] === undefined ? request.headers.range : undefined, size);
    reply.header('accept-ranges', 'bytes');
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${size}`);
      throw new CodedError('http-range-unsatisfiable', `The recording has ${size} bytes`);
    }
    const { first, last } = range === 'whole' ? { first: 0, last: size - 1 } : range;
    if (range !== 'whole') reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`);
    reply
      .type('audio/wav')
      .header('content-length', last - first + 1)
      .header('content-disposition', `inline; filename="${encodeURIComponent(row.id)}.wav"`);
    if (request.method === 'HEAD' || size === 0) {
      await handle.close();
      return reply.send();
    }
    return reply.send(handle.createReadStream({ start: first, end: last }));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The whole file; null when it is gone. */
export async function openSound(
  dataDir: string,
  row: RecordingRow,
  log: Log,
): Promise<{ readonly body: Readable; readonly bytes: number } | null> {
  try {
    const handle = await openBelow(dataDir, row, log);
    return { body: handle.createReadStream(), bytes: (await handle.stat()).size };
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

export async function dropSound(dataDir: string, row: RecordingRow, log: Log): Promise<void> {
  const file = pathBelow(dataDir, row, log);
  if (file !== null) await rm(file, { force: true });
}

/** null, and logged, when it is outside. */
function pathBelow(dataDir: string, row: RecordingRow, log: Log): string | null {
  const root = resolve(dataDir);
  const file = resolve(root, row.file);
  const path = relative(root, file);
  if (path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)) return file;
  log.error({ recording: row.id, file: row.file }, 'A recording lies outside of the data folder; it is not served');
  return null;
}

/** Links are followed: whoever can place one in the data folder owns it, and recordings may lie on another disk. */
async function openBelow(dataDir: string, row: RecordingRow, log: Log): Promise<FileHandle> {
  const gone = new CodedError('http-not-found', 'The sound of this recording is not there any more', {
    hint: 'Its file was moved or deleted.',
  });
  const file = pathBelow(dataDir, row, log);
  if (file === null) throw gone;
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    log.warn({ recording: row.id, err: cause }, 'The file of a recording cannot be opened');
    throw gone;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw gone;
}
