// Owns what a path from a model may look like, before the file system is asked. Where links lead is left to `folder.ts`.

import { PathFault } from './path-fault.ts';

const MAX_PATH_CHARS = 1024;
const MAX_SHOWN_CHARS = 200;

/** The names that a path goes through, none for the folder itself. Throws a PathFault that says how to write it. */
export function segmentsOf(path: string, platform: NodeJS.Platform = process.platform): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const fault = faultOf(path, segments, platform);
  if (fault !== undefined) throw fault;
  return segments;
}

/** Whether a path can be written with a name that a folder has. */
export function isUsableName(name: string, platform: NodeJS.Platform = process.platform): boolean {
  return faultOf(name, [name], platform) === undefined;
}

function faultOf(path: string, segments: readonly string[], platform: NodeJS.Platform): PathFault | undefined {
  if (path.length > MAX_PATH_CHARS)
    return new PathFault('is too long', `a path has at most ${MAX_PATH_CHARS} characters.`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(path)) return new PathFault('holds a control character', 'leave it out.');
  if (path.includes('\\')) return new PathFault('holds a backslash', 'write / between folders.');
  if (path.startsWith('/') || /^[a-z]:/i.test(path))
    return new PathFault('is absolute', 'give it relative to the folder, as in notes/a.md.');
  if (segments.includes('..')) return new PathFault('goes up with `..`', 'only what is in the folder can be used.');
  // There a colon names a hidden stream of a file, and dots and spaces at the end of a name do not count.
  if (platform === 'win32' && segments.some((segment) => /[<>:"|?*]|[. ]$/.test(segment))) {
    return new PathFault(
      'is no name that this system takes',
      'leave out special characters, and dots and spaces at the end.',
    );
  }
  return undefined;
}

/** For messages: cut, and with nothing in it that could pass for something else. */
export function quotePath(path: string): string {
  return JSON.stringify(path.length > MAX_SHOWN_CHARS ? `${path.slice(0, MAX_SHOWN_CHARS)}…` : path);
}
