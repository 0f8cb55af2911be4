// Owns the way from the root to a place in it, name by name: links are followed as long as they stay inside, closed names end it. What is
// done at the place is the caller's.

import { lstat, mkdir, readlink, realpath, rmdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Closed } from './closed.ts';
import type { Directory } from './directory.ts';
import { changed, codeOf, systemError } from './file-error.ts';
import { PathFault } from './path-fault.ts';

/** As the systems themselves have it. */
const MAX_LINKS = 40;

/** A place that a path leads to. */
export interface Place {
  /** Open until the caller's work is over. */
  readonly folder: Directory;
  /** Its name in the folder; undefined when it is the folder itself. */
  readonly name: string | undefined;
  /** The real names from the root to it. */
  readonly segments: readonly string[];
}

/** A place where a file is to be. */
export interface NewPlace extends Place {
  readonly name: string;
}

export interface Root {
  /** Where it really is. */
  readonly path: string;
  readonly closed: Closed;
  readonly open: () => Promise<Directory>;
}

/** Goes to a place that exists, links followed, and works there. */
export async function visit<T>(
  root: Root,
  segments: readonly string[],
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const way = await start(root, segments);
  try {
    await way.go();
    return await work(way.place());
  } finally {
    await way.close();
  }
}

/** Goes to where a file is to be, makes the folders on the way, and works there. Folders that it made go again when the work fails. */
export async function visitNew<T>(
  root: Root,
  segments: readonly string[],
  work: (place: NewPlace) => Promise<T>,
): Promise<T> {
  const name = segments.at(-1);
  if (name === undefined) throw systemError('EISDIR');
  const way = await start(root, segments.slice(0, -1), true);
  try {
    await way.go();
    const place = way.place();
    if (place.name !== undefined) throw systemError('ENOTDIR');
    const all = [...place.segments, name];
    if (root.closed.has(all)) throw isClosed();
    return await work({ ...place, name, segments: all });
  } catch (error) {
    await way.undo();
    throw error;
  } finally {
    await way.close();
  }
}

async function start(root: Root, segments: readonly string[], canMake = false): Promise<Way> {
  if (root.closed.has(segments)) throw isClosed();
  return new Way(root, await root.open(), segments, canMake);
}

interface Step {
  readonly name: string;
  readonly folder: Directory;
}

class Way {
  readonly #root: Root;
  readonly #top: Directory;
  readonly #canMake: boolean;
  /** The folders from the root to here. */
  #steps: Step[] = [];
  #left: string[];
  /** What the way ends in when it is no folder. */
  #name: string | undefined;
  #links = 0;
  readonly #opened: Directory[];
  readonly #made: { readonly parent: Directory; readonly name: string }[] = [];

  constructor(root: Root, top: Directory, segments: readonly string[], canMake: boolean) {
    this.#root = root;
    this.#top = top;
    this.#left = [...segments];
    this.#canMake = canMake;
    this.#opened = [top];
  }

  place(): Place {
    const segments = [...this.#steps.map(({ name }) => name), ...(this.#name === undefined ? [] : [this.#name])];
    return { folder: this.#here(), name: this.#name, segments };
  }

  async go(): Promise<void> {
    for (let name = this.#left.shift(); name !== undefined; name = this.#left.shift()) {
      if (name === '' || name === '.') continue;
      if (this.#name !== undefined) throw systemError('ENOTDIR');
      if (name === '..') this.#up();
      else await this.#enter(name);
    }
  }

  async close(): Promise<void> {
    for (const folder of this.#opened.reverse()) await folder.close();
  }

  async undo(): Promise<void> {
    // One that holds something by now, or is gone, stays as it is.
    for (const { parent, name } of this.#made.reverse()) await rmdir(parent.at(name)).catch(() => undefined);
  }

  #here(): Directory {
    return this.#steps.at(-1)?.folder ?? this.#top;
  }

  /** Only links do. */
  #up(): void {
    if (this.#steps.pop() === undefined) throw leadsOut();
  }

  async #enter(name: string): Promise<void> {
    const segments = [...this.#steps.map((step) => step.name), name];
    if (this.#root.closed.has(segments)) throw isClosed();
    const here = this.#here();
    const found = await lstat(here.at(name)).catch((error: unknown) => this.#orMake(name, error));
    if (found?.isSymbolicLink()) return await this.#follow(name);
    if (found !== undefined && !found.isDirectory()) {
      this.#name = name;
      return;
    }
    const folder = await here.open(name).catch(swapped);
    this.#opened.push(folder);
    this.#steps.push({ name, folder });
  }

  async #orMake(name: string, error: unknown): Promise<undefined> {
    if (!this.#canMake || codeOf(error) !== 'ENOENT') throw error;
    const parent = this.#here();
    await parent.confirm();
    await mkdir(parent.at(name)).catch(swapped);
    this.#made.push({ parent, name });
  }

  async #follow(name: string): Promise<void> {
    if (++this.#links > MAX_LINKS) throw systemError('ELOOP');
    const target = await readlink(this.#here().at(name)).catch(swapped);
    if (!isAbsolute(target)) this.#left.unshift(...target.split(sep === '/' ? '/' : /[\\/]/));
    else {
      this.#left.unshift(...(await this.#fromRoot(target)));
      this.#steps = [];
    }
  }

  /** The way from the root to where an absolute link leads. Each name of it is looked at again. */
  async #fromRoot(target: string): Promise<readonly string[]> {
    const real = await realpath(target).catch((error: unknown) => {
      if (isOutside(relative(this.#root.path, resolve(target)))) throw leadsOut();
      throw error;
    });
    const way = relative(this.#root.path, real);
    if (isOutside(way)) throw leadsOut();
    return way.split(sep);
  }
}

function isOutside(way: string): boolean {
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** A folder or link that was there a moment ago, and is another thing now. */
function swapped(cause: unknown): never {
  const isGone = ['EEXIST', 'ELOOP', 'ENOTDIR', 'EINVAL', 'ENOENT'].includes(codeOf(cause) ?? '');
  throw isGone ? changed({ cause }) : cause;
}

function leadsOut(): PathFault {
  return new PathFault('leads out of the folder by a link', 'only what is in it can be used.');
}

function isClosed(): PathFault {
  return new PathFault('is closed to tools', 'go on without it.');
}
