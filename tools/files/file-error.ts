// Owns what a model is told when a path cannot be used: what is wrong, what it can do about it, and no path of this machine.

import { ToolRetry } from '../../src/index.ts';
import { quotePath } from './path.ts';
import { PathFault } from './path-fault.ts';

/** Something was swapped between two looks at it. */
export function changed(options?: ErrorOptions): PathFault {
  return new PathFault('was changed by somebody else at this moment', 'try again.', options);
}

/** An error as Node throws it for a path. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const FULL = ['was not written, since the disk is full', 'what was there before is unchanged. Tell the user.'] as const;
const SHUT = ['may not be opened by this program', 'use another file.'] as const;

const FAULTS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ['does not exist', 'see what there is with list_files.'],
  ENOTDIR: ['does not exist', 'a part of it is a file, not a folder.'],
  EISDIR: ['is a folder', 'see what is in it with list_files.'],
  ELOOP: ['is a link', 'use the name of the file that it leads to.'],
  EEXIST: ['exists', 'read it first, then replace it with `replace`: true.'],
  ENXIO: ['is no file with text', 'use another file.'],
  EACCES: SHUT,
  EPERM: SHUT,
  ENAMETOOLONG: ['has a name that is too long for this file system', 'use a shorter one.'],
  EROFS: ['lies on a disk that can only be read', 'go on without writing.'],
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: [
    'was not written, since the system allows no file of this size',
    'what was there before is unchanged. Write less.',
  ],
};

/** What an error says about a path; undefined for one that is about something else. */
function faultOf(error: unknown): PathFault | undefined {
  if (error instanceof PathFault) return error;
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const fault = Object.hasOwn(FAULTS, code) ? FAULTS[code] : undefined;
  return fault === undefined ? undefined : new PathFault(fault[0], fault[1], { cause: error });
}

/** Does something with a path; what is wrong with it is thrown in words for the model, which names it as it wrote it. */
export async function onPath<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== undefined)
      throw Object.assign(new ToolRetry(`${quotePath(path)} ${fault.message}`), { cause: fault });
    const code = codeOf(error);
    if (code === undefined) throw error;
    // Node's own message names the whole path on this machine.
    const cause = new PathFault(`cannot be used (${code})`, 'use another file.', { cause: error });
    throw new Error(`${quotePath(path)} cannot be used: ${code}.`, { cause });
  }
}

/** What is wrong with the path, of an error that `onPath` threw; undefined for any other. */
export function faultIn(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof PathFault ? error.cause.what : undefined;
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
