// Owns the rules of the layout, for made-up files as well as for the project's. The table itself is left to the test.

import { dirname, join } from 'node:path/posix';
import { headerViolations } from './headers.ts';
import { type Sandbox, sandboxViolations } from './sandbox.ts';
import { readSource, type Source, type SourceFile } from './source.ts';

export interface Layout {
  /**
   * Each area and the areas that it may import. An area is a folder under `src`, `index` for `src/index.ts`, or a folder
   * beside `src`. Folders under `src` may also import themselves and `core`.
   */
  readonly arrows: Readonly<Record<string, readonly string[]>>;
  /** The npm packages that may be imported. */
  readonly packages: readonly string[];
  /** Each global (and the built-in module of its name), with the folders and files that may use it. */
  readonly globals: Readonly<Record<string, readonly string[]>>;
  readonly confined: readonly Confinement[];
  /** What must run without Node. */
  readonly sandbox: Sandbox;
  /** Words that no name and no import of a folder may contain. `isTty` contains `tty`. */
  readonly unknown: readonly { readonly folder: string; readonly words: readonly string[] }[];
}

/** Who may import a package. */
export interface Confinement {
  /** The name of a package, or a scope with its slash. */
  readonly packages: string;
  /** Every file in these may. */
  readonly folders?: readonly string[];
  /** In each of these one file may. */
  readonly oneFileOf?: readonly string[];
  /** In each of these one room may: one file, or one subfolder, or a file and the subfolder of its name. */
  readonly oneRoomOf?: readonly string[];
}

/** Every breach of the layout as `path: what is wrong`, rule by rule; the cycles come last. */
export function findViolations(files: readonly SourceFile[], layout: Layout): string[] {
  const sources = files.map(readSource);
  const paths = new Set(sources.map(({ path }) => path));
  const found = sources.flatMap((source) => [
    ...ownViolations(source, layout),
    ...importViolations(source, paths, layout).map((what) => `${source.path}: ${what}`),
  ]);
  return [
    ...found,
    ...headerViolations(files),
    ...layout.confined.flatMap((confinement) => confinementViolations(sources, confinement)),
    ...layout.unknown.flatMap((unknown) => unknownWords(sources, unknown)),
    ...sandboxViolations(sources, layout.sandbox),
    ...cycles(sources),
  ];
}

function ownViolations(source: Source, layout: Layout): string[] {
  const { path, text } = source;
  const area = areaOf(path);
  const found: string[] = [];
  if (!Object.hasOwn(layout.arrows, area)) found.push(`${area} is not in the table of the layout`);
  if (!/^(?:#![^\n]*\n)?\/\/ (?!biome-|@)\S/.test(text)) found.push('does not start with a // comment on what it owns');
  if (source.hasStarExport) found.push('exports *: list the names');
  if (source.hasDefaultExport) found.push('has a default export: name it');
  if (source.hasComputedImport) found.push('imports a computed name: write it out');
  for (const [name, allowed] of Object.entries(layout.globals)) {
    const isUsed = source.globals.has(name) || source.imports.some((specifier) => isModule(specifier, name));
    if (isUsed && !isWithin(path, allowed)) found.push(`uses ${name}, which is for ${allowed.join(' and ')}`);
  }
  return found.map((what) => `${path}: ${what}`);
}

function importViolations({ path, imports }: Source, paths: ReadonlySet<string>, layout: Layout): string[] {
  return imports.flatMap((specifier) => {
    if (!specifier.startsWith('.')) {
      return isListed(specifier, layout) ? [] : [`imports ${specifier}, which is no listed package`];
    }
    const target = join(dirname(path), specifier);
    if (!paths.has(target)) return [`imports ${target}, which is no source file`];
    return isArrowAllowed(areaOf(path), areaOf(target), layout) ? [] : [`must not import ${target}`];
  });
}

function areaOf(path: string): string {
  const [root = '', folder = '', ...rest] = path.split('/');
  if (root !== 'src') return root;
  return rest.length === 0 ? folder.replace(/\.ts$/, '') : folder;
}

function isArrowAllowed(from: string, to: string, { arrows }: Layout): boolean {
  if (arrows[from]?.includes(to)) return true;
  const isInSrc = from !== 'tools' && from !== 'agents';
  return isInSrc && (to === from || to === 'core');
}

/** Built-in modules need their `node:`, so that a package never takes the place of one. */
function isListed(specifier: string, { packages }: Layout): boolean {
  return specifier.startsWith('node:') || packages.some((name) => isModule(specifier, name));
}

function isModule(specifier: string, name: string): boolean {
  return specifier === name || specifier === `node:${name}` || specifier.startsWith(`${name}/`);
}

function isWithin(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function confinementViolations(
  sources: readonly Source[],
  { packages, folders = [], oneFileOf = [], oneRoomOf = [] }: Confinement,
): string[] {
  const allowed = [...folders, ...oneFileOf, ...oneRoomOf];
  const users = sources.filter(({ imports }) => imports.some((specifier) => specifier.startsWith(packages)));
  const usersIn = (folder: string): string[] =>
    users.map(({ path }) => path).filter((path) => isWithin(path, [folder]));
  const outside = users.filter(({ path }) => !isWithin(path, allowed));
  const furtherFiles = oneFileOf.flatMap((folder) => usersIn(folder).slice(1));
  const furtherRooms = oneRoomOf.flatMap((folder) => {
    const [first, ...rest] = usersIn(folder);
    return rest.filter((path) => roomOf(path, folder) !== roomOf(first ?? '', folder));
  });
  return [
    ...outside.map(({ path }) => `${path}: imports ${packages}, which is for ${allowed.join(' and ')}`),
    ...furtherFiles.map((path) => `${path}: imports ${packages}, as another file of its folder does`),
    ...furtherRooms.map((path) => `${path}: imports ${packages}, as another room of the folder does`),
  ];
}

/** `restate` for both `src/hosts/restate.ts` and `src/hosts/restate/context.ts` in `src/hosts`. */
function roomOf(path: string, folder: string): string {
  return (path.slice(folder.length + 1).split('/')[0] ?? '').replace(/\.ts$/, '');
}

function unknownWords(sources: readonly Source[], { folder, words }: Layout['unknown'][number]): string[] {
  const forbidden = new Set(words);
  return sources
    .filter(({ path }) => isWithin(path, [folder]))
    .flatMap(({ path, names, imports }) => {
      const found = [...names, ...imports].filter((name) => wordsOf(name).some((word) => forbidden.has(word)));
      return found.map((name) => `${path}: names ${name}, which ${folder} does not know`);
    });
}

/** `createMcpServer`, `MAX_TTY` and `../mcp/server.ts`, word by word, in lower case. */
function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

/** One cycle for each import that closes one. Type imports count: a cycle of types is two files that are one. */
function cycles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (source: Source, trail: readonly string[]): void => {
    const start = trail.indexOf(source.path);
    if (start >= 0) found.push(`cycle: ${[...trail.slice(start), source.path].join(' -> ')}`);
    if (start >= 0 || done.has(source.path)) return;
    for (const specifier of new Set(source.imports)) {
      const target = specifier.startsWith('.') ? byPath.get(join(dirname(source.path), specifier)) : undefined;
      if (target !== undefined) visit(target, [...trail, source.path]);
    }
    done.add(source.path);
  };
  for (const source of sources) visit(source, []);
  return found;
}
