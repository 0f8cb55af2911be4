// Owns claims about what a user gets: the contents of the tarball, that its parts find each other, and that a program on it
// runs. `PACKAGE_TEST_NODES=20.18.1,22` also runs that program under those versions of Node, which npm fetches.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import posix from 'node:path/posix';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSource } from '../architecture/source.ts';
import type { Installed } from './installed.ts';
import { filesIn, installPackage, ROOT, run } from './installed.ts';

const BIN = join(ROOT, 'node_modules/.bin');
const OTHER_NODES = (process.env.PACKAGE_TEST_NODES ?? '').split(',').filter((version) => version !== '');
const PROGRAM_PRINTS = { events: ['content', 'done'], hasTesting: true, ok: false, mcp: 'mcp_connect' };
/** Each costs a lookup and a read before the first line of a program runs. */
const MAX_MODULES = 20;
/** The whole of undici is more than a hundred. */
const MAX_REQUEST_MODULES = 30;
let installed: Installed;
let files: readonly string[];

beforeAll(async () => {
  installed = await installPackage();
  files = await filesIn(installed.folder);
});

afterAll(async () => await installed?.close());

const ENTRIES = ['index', 'testing/index', 'cli/bin'];
/** What entries share, and what is loaded when it is needed. */
const CHUNK = /^dist\/[a-z0-9-]+-[0-9A-Z]{8}\.js(\.map)?$/;

describe('the tarball', () => {
  test('holds the build, the source that its maps lead to with its pages, the examples, and nothing else', async () => {
    const source = (await filesIn(join(ROOT, 'src'))).filter((file) => file !== 'tsconfig.json');
    const modules = source.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
    const declared = modules.flatMap((file) =>
      ['.d.ts', '.d.ts.map'].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`),
    );
    const shipped = source.map((file) => `src/${file}`);
    const bundled = ENTRIES.flatMap((entry) => [`dist/${entry}.js`, `dist/${entry}.js.map`]);
    const rest = files.filter((file) => !CHUNK.test(file));
    const examples = await Promise.all(
      ['agents', 'tools'].map(async (folder) => (await filesIn(join(ROOT, folder))).map((file) => `${folder}/${file}`)),
    );
    const pages = ['CHANGELOG.md', 'LICENSE', 'README.md'];
    const expected = [...pages, 'package.json', ...declared, ...bundled, ...shipped, ...examples.flat()];
    expect(rest).toEqual(expected.toSorted());
  });

  test('names modules in its code with the ending .js, and all of them are there', async () => {
    const named = await relativeImports(/\.js$/);
    expect(named.filter(({ specifier }) => !specifier.endsWith('.js'))).toEqual([]);
    expect(named.filter(({ target }) => !files.includes(target))).toEqual([]);
  });

  // The compiler leaves `.ts` in declarations, where it stands for the `.d.ts` beside it.
  test('has the declarations of every module that its declarations name', async () => {
    const named = await relativeImports(/\.d\.ts$/);
    expect(named.filter(({ target }) => !files.includes(target.replace(/\.[jt]s$/, '.d.ts')))).toEqual([]);
  });

  test('has for every file of the build a map, and for every map its source', async () => {
    const mapped = files.filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file));
    const maps = await Promise.all(mapped.map(async (file) => posix.join(posix.dirname(file), await mapOf(file))));
    expect(maps).toEqual(mapped.map((file) => `${file}.map`));
    const sources = (await Promise.all(maps.map(sourcesOf))).flat();
    expect(sources.filter((file) => !file.startsWith('src/') || !files.includes(file))).toEqual([]);
  });

  test('is what publint expects of a package', async () => {
    await run(join(BIN, 'publint'), ['run', installed.tarball, '--strict'], ROOT);
  });

  test('gives TypeScript its types in every way of importing it', async () => {
    await run(join(BIN, 'attw'), [installed.tarball, '--profile', 'esm-only', '--no-definitely-typed'], ROOT);
  });
});

describe('a program on the installed package', () => {
  test('passes a strict check of types, the declarations of its packages included, and runs', async () => {
    await compileProgram();
    const printed = await run(process.execPath, ['out/program.js'], installed.consumer);
    expect(JSON.parse(printed)).toEqual({ node: process.versions.node, ...PROGRAM_PRINTS });
  });

  test('loads few modules, and no HTTP, schema or MCP library, until it needs them', async () => {
    const { byImport } = await loadedModules(installed.consumer);
    expect(byImport.length).toBeLessThanOrEqual(MAX_MODULES);
    expect(packagesOf(byImport)).toEqual(['eventsource-parser', 'vllm-agents']);
  });

  test('loads of undici only its connections with the first request', async () => {
    const { byRequest } = await loadedModules(installed.consumer);
    expect(packagesOf(byRequest)).toEqual(['undici']);
    expect(byRequest.length).toBeLessThanOrEqual(MAX_REQUEST_MODULES);
  });

  test.each(OTHER_NODES)('runs under Node %s', async (version) => {
    await compileProgram();
    const args = ['-y', '-p', `node@${version}`, '--', 'node', 'out/program.js'];
    const node = expect.stringMatching(new RegExp(`^${version.replaceAll('.', '\\.')}\\b`));
    expect(JSON.parse(await run('npx', args, installed.consumer))).toEqual({ node, ...PROGRAM_PRINTS });
  });

  test('sends requests also with a release of undici that hides the file of its Agent', async () => {
    await compileProgram();
    const folder = await installed.copy();
    const manifest = join(folder, 'node_modules/undici/package.json');
    const kept = JSON.parse(await readFile(manifest, 'utf8'));
    await writeFile(manifest, JSON.stringify({ ...kept, exports: { '.': './index.js' } }));
    const printed = await run(process.execPath, ['out/program.js'], folder);
    expect(JSON.parse(printed)).toEqual({ node: process.versions.node, ...PROGRAM_PRINTS });
    const { byRequest } = await loadedModules(folder);
    expect(byRequest.length).toBeGreaterThan(MAX_REQUEST_MODULES);
  });

  test('is an agent in a project that is no ES module, as npm init makes it', async () => {
    const folder = await installed.copy();
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
    const [, agent = ''] = /```ts\n\/\/ dice\.ts\n([\s\S]*?)```/.exec(await read('agents/README.md')) ?? [];
    await writeFile(join(folder, 'dice.ts'), agent);
    // tsx is this project's: installing it once more would test nothing.
    const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
    const printed = await run(process.execPath, ['--import', tsx, 'dice.ts', '--simulate', 'Roll 2 dice.'], folder);
    expect(printed).toMatch(/^roll_dice\(\{"count":2\}\) returned: /);
  });

  test('works without the optional MCP SDK, and mounting a server says what to install', async () => {
    await compileProgram();
    const folder = await installed.copy();
    await rm(join(folder, 'node_modules/@modelcontextprotocol'), { recursive: true });
    const printed = await run(process.execPath, ['out/program.js'], folder);
    expect(JSON.parse(printed)).toEqual({
      node: process.versions.node,
      ...PROGRAM_PRINTS,
      mcp: 'mcp_sdk_missing',
    });
  });
});

let compilation: Promise<string> | undefined;

/** Compiles the consumer's program once, for whichever test comes first. */
async function compileProgram(): Promise<void> {
  // The compiler and Node's types are this project's: fetching them once more would test nothing.
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types')];
  compilation ??= run(join(BIN, 'tsc'), ['-p', '.', ...types], installed.consumer);
  await compilation;
}

async function loadedModules(folder: string): Promise<{
  readonly byImport: readonly string[];
  readonly byRequest: readonly string[];
}> {
  const program = join(ROOT, 'test/package/loaded-modules.mjs');
  return JSON.parse(await run(process.execPath, [program], folder));
}

/** The names of the packages that modules belong to, sorted. */
function packagesOf(modules: readonly string[]): string[] {
  const names = modules.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

/** The modules of the package itself that these files of the build name. */
async function relativeImports(ending: RegExp): Promise<{ specifier: string; target: string }[]> {
  const built = files.filter((file) => file.startsWith('dist/') && ending.test(file));
  const named = built.map(async (path) => {
    const { imports } = readSource({ path, text: await read(path) });
    const own = imports.filter((specifier) => specifier.startsWith('.'));
    return own.map((specifier) => ({ specifier, target: posix.join(posix.dirname(path), specifier) }));
  });
  return (await Promise.all(named)).flat();
}

/** The map that a file of the build names on its last line. */
async function mapOf(file: string): Promise<string> {
  return /\n\/\/# sourceMappingURL=(.+)\s*$/.exec(await read(file))?.[1] ?? 'no map';
}

async function sourcesOf(map: string): Promise<string[]> {
  const { sourceRoot, sources } = JSON.parse(await read(map)) as { sourceRoot?: string; sources: string[] };
  return sources.map((source) => posix.join(posix.dirname(map), sourceRoot ?? '', source));
}

async function read(file: string): Promise<string> {
  return await readFile(join(installed.folder, file), 'utf8');
}
