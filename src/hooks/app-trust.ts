// Owns: what the operator granted one app by writing its URLs into the configuration: local origins, credentials, folders.
import { realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '../base/errors.ts';
import { originsOf } from './address-policy.ts';
import { publicUrl } from './fault.ts';
import { requestHeaders } from './redirect.ts';

export interface AppTrust {
  /** Origins that may be on this machine or in its networks. */
  readonly origins: readonly string[];
  /** Folders whose files may be read as documents. */
  readonly folders: readonly string[];
  /** Authorization header by origin, from credentials in configured URLs. Never on the tape, in a log or an error. */
  readonly authorization: Readonly<Record<string, string>>;
}

export const noTrust: AppTrust = { origins: [], folders: [], authorization: {} };

/** `urls` are those that the operator wrote for one app. A file URL grants the folder it is in. */
export function trustOfUrls(urls: readonly string[]): AppTrust {
  const folders = new Set<string>();
  const authorization: Record<string, string> = {};
  for (const text of urls) {
    const url = URL.parse(text);
    if (url?.protocol === 'file:') folders.add(dirname(fileURLToPath(url)));
    else if (url !== null && (url.username !== '' || url.password !== ''))
      authorization[url.origin] = requestHeaders({}, url)['authorization']!;
  }
  return { origins: originsOf(urls), folders: [...folders], authorization };
}

/** A configured URL as everybody may see it: its credentials are kept by trustOfUrls instead. */
export function withoutCredentials(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.username === '' && url.password === '')) return text;
  url.username = '';
  url.password = '';
  return url.href;
}

/** The real path of a file URL that lies, symbolic links resolved, in one of `folders`; rejects with one of the codes. */
export async function fileInside(
  text: string,
  folders: readonly string[],
  codes: {
    refused: 'document-file-refused' | 'media-file-refused';
    unreadable: 'document-file-unreadable' | 'media-file-unreadable';
  },
): Promise<string> {
  const name = publicUrl(text);
  let path: string;
  try {
    path = fileURLToPath(text);
  } catch {
    throw new CodedError(codes.refused, `${name} is not the URL of a file on this machine.`);
  }
  // Without a folder nothing is asked of the file system: whether a file exists is an answer too.
  const inside = (file: string, folder: string) => file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  if (!folders.some((folder) => inside(path, folder)))
    throw new CodedError(codes.refused, `${name} is outside of the folders that may be read.`);
  try {
    const real = await realpath(path);
    for (const folder of folders) if (inside(real, await realpath(folder))) return real;
  } catch {
    throw new CodedError(codes.unreadable, `${name} cannot be read.`);
  }
  throw new CodedError(codes.refused, `${name} leads outside of the folders that may be read.`);
}
