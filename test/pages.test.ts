// Owns the claim that the pages of the rooms are true: every program in them compiles, prints what the page says it prints, and passes when it is a test.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { answer, startFakeVllm } from '../src/testing/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The folders whose page has programs; a new one joins by itself. */
const PAGES = [...readdirSync(join(ROOT, 'src')).map((room) => `src/${room}`), 'agents', 'tools'].filter((folder) => {
  const page = join(ROOT, folder, 'README.md');
  return existsSync(page) && readFileSync(page, 'utf8').includes('```ts\n');
});
const exec = promisify(execFile);
/** A page starts up to a dozen processes, one after another. */
const TIMEOUT_MS = 240_000;

interface Program {
  /** That of the comment in its first line, or a number. */
  readonly name: string;
  readonly code: string;
  /** Undefined when the page does not say what it prints. */
  readonly output: string | undefined;
}

/** A block of TypeScript whose first line may name its file, and the block of text right after it. */
const PROGRAM = /```ts\n((?:\/\/ (\S+\.ts)\n)?[\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;

async function programsOf(page: string): Promise<Program[]> {
  const text = await readFile(join(ROOT, page, 'README.md'), 'utf8');
  return [...text.matchAll(PROGRAM)].map(([, code = '', name, output], at) => {
    return { name: name ?? `program-${at + 1}.ts`, code, output };
  });
}

/** A folder with the programs of a page, in which `vllm-agents` is this package's source. */
async function folderOf(programs: readonly Program[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { name, code } of programs) {
    const local = code
      .replaceAll("'vllm-agents/testing'", `'${ROOT}src/testing/index.ts'`)
      .replaceAll("'vllm-agents'", `'${ROOT}src/index.ts'`);
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), local);
  }
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const compilerOptions = { rewriteRelativeImportExtensions: false };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'], exclude: [] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

/** Runs a program with its own folder as the current one; gives what it printed. */
async function run(folder: string, name: string, baseUrl: string): Promise<string> {
  const args = ['--import', 'tsx', name];
  const env = { ...process.env, VLLM_BASE_URL: baseUrl, VLLM_API_KEY: '', VLLM_MODEL: '' };
  return (await exec(process.execPath, args, { cwd: folder, env })).stdout;
}

describe.each(PAGES)('%s/README.md', (page) => {
  test('its programs compile and print what it says', { timeout: TIMEOUT_MS }, async () => {
    const programs = await programsOf(page);
    const folder = await folderOf(programs);
    // For programs that start no fake of their own.
    await using vllm = await startFakeVllm({ respond: () => answer({ content: ['Hello, ', 'Ann.'] }) });
    try {
      const { stdout: complaints } = await exec(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(
        (error) => error,
      );
      expect(complaints).toBe('');
      for (const { name } of programs) if (name.endsWith('.test.ts')) await run(folder, name, vllm.baseUrl);
      const told = programs.filter(({ output }) => output !== undefined);
      const printed: Program[] = [];
      // One after another: a program may go on with what an earlier one has written.
      for (const program of told) printed.push({ ...program, output: await run(folder, program.name, vllm.baseUrl) });
      expect(printed).toEqual(told);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
