// Owns what a model is told when the file system refuses: what it can do about it, and no path of this machine.

import { ToolRetry } from '../../src/index.ts';
import { ChangedError } from './directory.ts';
import { NotInside } from './not-inside.ts';
import { quotePath } from './path.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist: see what there is with list_files.',
  ENOTDIR: 'does not exist: a part of it is a file, not a folder.',
  EISDIR: 'is a folder: see what is in it with list_files.',
  ELOOP: 'is a link: use the name of the file that it leads to.',
  EEXIST: 'leads through a link to nowhere: use another name.',
  ENXIO: 'is no file with text.',
  EACCES: 'may not be opened by this program: use another file.',
  EPERM: 'may not be opened by this program: use another file.',
  ENOSPC: 'was not written: the disk is full. Nothing was changed.',
  EDQUOT: 'was not written: the disk quota is used up. Nothing was changed.',
  EFBIG: 'was not written: the system takes no file of this size. Nothing was changed.',
  EROFS: 'cannot be written: the file system is read-only.',
  ENAMETOOLONG: 'has a name that is too long for this file system: use a shorter one.',
};

/** Turns what Node threw about a path into words for the model; what is no error of the file system stays as it is. */
function fileError(path: string, error: unknown): unknown {
  if (error instanceof NotInside) return new ToolRetry(`${quotePath(path)} ${error.message}`);
  if (error instanceof ChangedError) {
    return new ToolRetry(`${quotePath(path)} was changed by somebody else at this moment: try again.`);
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const remedy = REMEDIES[error.code];
  if (remedy !== undefined) return new ToolRetry(`${quotePath(path)} ${remedy}`);
  // Node's own message names the whole path on this machine.
  return new Error(`${quotePath(path)} cannot be used: ${error.code}.`, { cause: error });
}

/** Does something with a path; what is thrown is told as `fileError` has it. */
export async function onPath<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(path, error);
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
