// Owns tools for the files of one folder: list, read, search, write. No path leads out of it, by whatever name or link.
// The folder itself is left to `files/folder.ts`.

import { z } from 'zod';
import type { Tool } from '../src/index.ts';
import { defineTool, ToolRetry } from '../src/index.ts';
import { CLOSED } from './files/closed-names.ts';
import { faultIn } from './files/file-error.ts';
import type { Folder } from './files/folder.ts';
import { createFolder } from './files/folder.ts';
import { compileGlob } from './files/glob.ts';
import { quotePath } from './files/path.ts';
import type { Skipped } from './files/skipped.ts';
import { tellSkipped } from './files/skipped.ts';
import { UNNAMEABLE, walk } from './files/walk.ts';

export { CLOSED } from './files/closed-names.ts';

export interface FileToolsOptions {
  /** The folder. Relative to where the program was started; `~` is the home folder. */
  readonly root: string;
  /** What is neither read, listed nor written, in place of `CLOSED`: `[...CLOSED, 'drafts', '*.bak']` adds to it. */
  readonly closed?: readonly string[];
  /** Default true. */
  readonly canWrite?: boolean;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_LISTED = 500;
const MAX_MATCHES = 100;
const MAX_LINE_CHARS = 300;
const MAX_WRITTEN_CHARS = 1024 * 1024;

const PATH = z.string().describe('Relative to the folder, such as notes/today.md');

/** The tools over one folder. Writing needs the approval of a person. */
export function createFileTools({ root, closed = CLOSED, canWrite = true }: FileToolsOptions): readonly Tool[] {
  const folder = createFolder({ root, closed, maxFileBytes: MAX_FILE_BYTES });

  const listFiles = defineTool({
    name: 'list_files',
    description: 'Lists what is in a folder; with a pattern, all files below it whose path fits.',
    parameters: z.object({
      path: z.string().optional().describe('The folder; left out: the whole one'),
      pattern: z.string().optional().describe('A glob such as **/*.md or report-?.txt'),
    }),
    execute: async ({ path = '', pattern }, { signal }) => {
      if (pattern === undefined) return await listFolder(folder, path);
      const fits = compileGlob(pattern);
      const { paths, skipped, isCut } = await walk(folder, path, signal);
      return listed(paths.filter(fits), concerning(skipped, fits), isCut);
    },
  });

  const readFile = defineTool({
    name: 'read_file',
    description: 'The text of a file, or some of its lines.',
    parameters: z.object({
      path: PATH,
      fromLine: z.int().min(1).optional().describe('The first line to give; default 1'),
      lines: z.int().min(1).optional().describe('How many lines; default all'),
    }),
    execute: async ({ path, fromLine = 1, lines }) => {
      const read = await folder.read(path);
      if ('unreadable' in read) throw new ToolRetry(`${quotePath(path)} ${read.unreadable}: it cannot be read.`);
      if (fromLine === 1 && lines === undefined) return read.text;
      const all = read.text.split('\n');
      const part = all.slice(fromLine - 1, lines === undefined ? undefined : fromLine - 1 + lines);
      if (part.length === 0) throw new ToolRetry(`${quotePath(path)} has ${all.length} lines.`);
      return part.join('\n');
    },
  });

  const searchFiles = defineTool({
    name: 'search_files',
    description: 'Finds the lines that hold a text, in all files below a folder. Upper and lower case are the same.',
    parameters: z.object({
      text: z.string().min(1).describe('The words to look for, as they stand in the file'),
      path: z.string().optional().describe('The folder; left out: the whole one'),
      pattern: z.string().optional().describe('Only files whose path fits this glob'),
    }),
    execute: async ({ text, path = '', pattern = '**' }, { signal, progress }) => {
      const fits = compileGlob(pattern);
      const { paths, skipped, isCut } = await walk(folder, path, signal);
      const missed = [...concerning(skipped, fits)];
      const wanted = text.toLowerCase();
      const found: string[] = [];
      for (const file of paths.filter(fits)) {
        signal.throwIfAborted();
        const read = await readForSearch(folder, file);
        if ('unreadable' in read) {
          missed.push({ path: file, why: read.unreadable, isFolder: false });
          continue;
        }
        for (const [at, line] of read.text.split('\n').entries()) {
          if (line.toLowerCase().includes(wanted))
            found.push(`${file}:${at + 1}: ${line.trim().slice(0, MAX_LINE_CHARS)}`);
          if (found.length >= MAX_MATCHES) {
            return [...found, '(there may be more: look for something rarer)', ...tellSkipped('searched', missed)].join(
              '\n',
            );
          }
        }
        progress({ searched: file });
      }
      const none = isCut
        ? 'Nothing was found in the first files; there are too many: name a folder.'
        : 'Nothing was found.';
      return [...(found.length > 0 ? found : [none]), ...tellSkipped('searched', missed)].join('\n');
    },
  });

  const writeFile = defineTool({
    name: 'write_file',
    description: 'Writes a text into a file, and makes the folders on the way.',
    parameters: z.object({
      path: PATH,
      text: z.string().max(MAX_WRITTEN_CHARS).describe('The whole text of the file'),
      replace: z.boolean().optional().describe('true: a file that is there already is replaced'),
    }),
    needsApproval: true,
    // Two writes to one file must not meet.
    sequential: true,
    execute: async ({ path, text, replace = false }) => {
      const done = await folder.write(path, text, replace);
      return `${quotePath(path)} was ${done}: ${text.length} characters.`;
    },
  });

  const reading = [listFiles, readFile, searchFiles];
  return canWrite ? [...reading, writeFile] : reading;
}

/** What is in one folder. Links are named with where they lead to, as far as that may be used. */
async function listFolder(folder: Folder, path: string): Promise<string> {
  const entries = await folder.entries(path);
  const names: string[] = [];
  for (const { name, kind, isUsable } of entries) {
    const shown = isUsable ? name : quotePath(name);
    if (!isUsable) names.push(`${shown} (${UNNAMEABLE})`);
    else if (kind === 'folder') names.push(`${shown}/`);
    else if (kind === 'other') names.push(`${shown} (no file with text)`);
    else if (kind === 'link' && names.length < MAX_LISTED) {
      const fault = await folder.faultAt(path === '' ? name : `${path}/${name}`);
      names.push(`${shown} (link${fault === undefined ? '' : `: ${fault}`})`);
    } else names.push(shown);
  }
  return listed(names, [], false);
}

/** A folder may hold what fits, whatever its own name. */
function concerning(skipped: readonly Skipped[], fits: (path: string) => boolean): readonly Skipped[] {
  return skipped.filter(({ path, isFolder }) => isFolder || fits(path));
}

async function readForSearch(folder: Folder, path: string): ReturnType<Folder['read']> {
  try {
    return await folder.read(path);
  } catch (error) {
    const why = faultIn(error);
    if (why === undefined) throw error;
    return { unreadable: why };
  }
}

function listed(names: readonly string[], skipped: readonly Skipped[], isCut: boolean): string {
  const notes = tellSkipped('listed', skipped);
  if (names.length === 0) {
    return [isCut ? 'Nothing fits among the first files: name a folder.' : 'There is nothing.', ...notes].join('\n');
  }
  const left = names.length - MAX_LISTED;
  const more = left > 0 ? [`(${left} more: name a folder or a pattern)`] : isCut ? ['(there may be more)'] : [];
  return [...names.slice(0, MAX_LISTED), ...more, ...notes].join('\n');
}
