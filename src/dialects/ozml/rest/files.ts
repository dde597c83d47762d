// Owns: MoveFile and DeleteFile, inside of one configured folder: names that lead out of it, symbolic links and folders are
// refused, and nothing is written over.
import { link, lstat, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { type Answer, done, notHere, wrongParameter } from './answer.ts';
import type { RunCommand } from './command.ts';

export const deleteFile: RunCommand = async ({ given, options, name }) => {
  const { filesDir } = options;
  if (filesDir === null) return notHere(name, 'ozml.filesDir is not configured');
  const file = await fileIn(filesDir, given.text('File') ?? '');
  if (file === null) return wrongParameter('File', name);
  return tried(() => unlink(file), 'File', name);
};

export const moveFile: RunCommand = async ({ given, options, name }) => {
  const { filesDir } = options;
  if (filesDir === null) return notHere(name, 'ozml.filesDir is not configured');
  const file = await fileIn(filesDir, given.text('Source') ?? '');
  if (file === null) return wrongParameter('Source', name);
  const folder = await folderIn(filesDir, given.text('Target') ?? '');
  if (folder === null) return wrongParameter('Target', name);
  // A rename would take the place of a file that is there.
  return tried(
    async () => {
      await link(file, join(folder, basename(file)));
      await unlink(file);
    },
    'Target',
    name,
  );
};

async function tried(work: () => Promise<void>, parameter: string, name: string): Promise<Answer> {
  try {
    await work();
    return done();
  } catch {
    return wrongParameter(parameter, name);
  }
}

/** The real path of a regular file, or null. */
async function fileIn(filesDir: string, written: string): Promise<string | null> {
  const path = relativePath(written);
  if (path === null || path === '.') return null;
  try {
    const folder = await folderIn(filesDir, dirname(path));
    if (folder === null) return null;
    const file = join(folder, basename(path));
    return (await lstat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** The real path of a folder that is `filesDir` or lies in it, symbolic links resolved; or null. */
async function folderIn(filesDir: string, written: string): Promise<string | null> {
  const path = relativePath(written);
  if (path === null) return null;
  try {
    const root = await realpath(filesDir);
    const folder = await realpath(join(root, path));
    if (folder !== root && !folder.startsWith(root + sep)) return null;
    return (await lstat(folder)).isDirectory() ? folder : null;
  } catch {
    return null;
  }
}

function relativePath(written: string): string | null {
  const path = normalize(written.trim().replaceAll('\\', '/'));
  if (written.trim() === '' || path.includes('\0') || isAbsolute(path) || /^[A-Za-z]:/.test(path)) return null;
  return path === '..' || path.startsWith('../') ? null : path;
}
