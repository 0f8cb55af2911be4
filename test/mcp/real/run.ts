// Owns `npm run mcp:real`: servers of others from npm and PyPI, each installed in a folder of its own, started, listed, called twice and closed,
// with no process left; the table of what was seen is written beside this file. Words run just the servers whose names contain one of them,
// and write no table. It needs the network, npm and Python, and takes minutes.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { JsonObject } from '../../../src/core/json.ts';
import { createServer } from '../../../src/mcp/server.ts';
import type { Tool, ToolContext } from '../../../src/tool/tool.ts';
import type { RealServer } from './servers.ts';
import { REAL_SERVERS } from './servers.ts';

const TABLE = fileURLToPath(new URL('table.md', import.meta.url));
const CACHE = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.cache/vllm-agents/real-servers');
const run = promisify(execFile);
const OUTPUT = { maxBuffer: 2 ** 26 };
const MARK = 'REAL_SERVERS_RUN';
const RUN = randomUUID();
const START_MS = 180_000;
const CALL_MS = 90_000;

/** Kept between runs: installing takes longer than all else. */
async function install({ registry, name, version, command }: RealServer): Promise<string> {
  const folder = join(CACHE, `${name}-${version}`.replace(/[^\w.-]/g, '_'));
  await mkdir(folder, { recursive: true });
  const done = join(folder, 'installed');
  const isDone = await readFile(done, 'utf8').then(
    () => true,
    () => false,
  );
  const program = (bin: string): string =>
    registry === 'npm' ? join(folder, 'node_modules/.bin', bin) : join(folder, 'bin', bin);
  if (registry === 'npm') {
    if (!isDone)
      await run(
        'npm',
        ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
        OUTPUT,
      );
    const { bin } = JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    const [first] = typeof bin === 'string' ? [name.split('/').at(-1) ?? name] : Object.keys(bin ?? {});
    await writeFile(done, '');
    return program(command ?? first ?? name);
  }
  if (!isDone) {
    await run('python3', ['-m', 'venv', folder], OUTPUT);
    await run(join(folder, 'bin/pip'), ['install', '-q', `${name}==${version}`], OUTPUT);
    await writeFile(done, '');
  }
  return program(command ?? name);
}

interface Seen {
  readonly tools: string;
  readonly kilobytes: string;
  readonly calls: readonly string[];
  readonly left: string;
}

async function tryServer(real: RealServer): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), 'real-server-'));
  const place = (text: string): string => text.replaceAll('FOLDER', folder);
  const warnings: string[] = [];
  try {
    const command = await install(real);
    for (const [name, text] of Object.entries(real.files ?? {})) await writeFile(join(folder, name), text);
    for (const [program = '', ...args] of real.prepare ?? []) await run(program, args, { cwd: folder });
    const config = {
      ...{ command, args: (real.args ?? []).map(place), env: { ...real.env, [MARK]: RUN }, cwd: folder },
      ...{ connectTimeoutMs: START_MS, timeoutMs: CALL_MS },
    };
    const server = createServer('s', config, () => ({ env: process.env, workspaceFolder: folder, version: '0' }));
    const { signal } = new AbortController();
    const provider = await server.open({ signal, warn: ({ code }) => warnings.push(code) });
    try {
      const tools = provider.tools();
      const size = tools.reduce(
        (sum, tool) => sum + tool.description.length + JSON.stringify(tool.schema.jsonSchema).length,
        0,
      );
      const calls = [];
      for (const [name, args] of real.calls)
        calls.push(await callTool(tools, name, JSON.parse(place(JSON.stringify(args)))));
      const dropped = warnings.filter((code) => code === 'mcp_tool_dropped').length;
      const count = dropped === 0 ? `${tools.length}` : `${tools.length} (${dropped} left out)`;
      return { tools: count, kilobytes: (size / 1000).toFixed(0), calls, left: await closeAndCount(provider.close) };
    } catch (error) {
      await provider.close();
      throw error;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function callTool(tools: readonly Tool[], name: string, args: JsonObject): Promise<string> {
  const tool = tools.find((listed) => listed.name === `s__${name}`);
  if (tool === undefined) return `there is no ${name}`;
  const context = { signal: new AbortController().signal, progress: () => undefined } as unknown as ToolContext; // it uses no more of it
  try {
    const checked = await tool.schema.check(args);
    if (!checked.ok) return `${name}: its arguments do not fit`;
    const result = await tool.execute(checked.value, context);
    return `${name}: ${typeof result === 'string' ? 'text' : 'parts'}`;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isLost = /was lost|did not receive/.test(text);
    return `${name}: ${isLost ? 'LOST' : 'error'} (${text.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 60).trim()})`;
  }
}

/** Processes of the server that outlive it. They are known by a variable of their environment. */
async function closeAndCount(close: () => Promise<void>): Promise<string> {
  await close();
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const marked = await Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')).includes(`${MARK}=${RUN}`),
    ),
  );
  return String(marked.filter(Boolean).length);
}

const words = process.argv.slice(2);
const chosen = REAL_SERVERS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const rows: string[] = [];
let failures = 0;
for (const real of chosen) {
  const { registry, name, version } = real;
  try {
    const { tools, kilobytes, calls, left } = await tryServer(real);
    const isWrong = left !== '0' || calls.some((call) => call.includes('LOST') || call.startsWith('there is no'));
    if (isWrong) failures++;
    rows.push(`| ${name} ${version} | ${registry} | ${tools} | ${kilobytes} | ${calls.join('; ')} | ${left} |`);
  } catch (error) {
    failures++;
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    rows.push(`| ${name} ${version} | ${registry} | none: ${line.replaceAll('|', '/').slice(0, 160)} | | | |`);
  }
  process.stdout.write(`${rows.at(-1)}\n`);
}
const head = [
  '# Servers of others',
  '',
  'Written by `npm run mcp:real`: each server installed, started, listed, called twice and closed. An error is the answer of the server, in most',
  'cases since there is no key, no database or no network behind it; it must not be a loss. The last column has the processes that were left.',
  '',
  '| server | from | tools | kB of definitions | calls | left |',
  '| --- | --- | --- | --- | --- | --- |',
];
if (words.length === 0) await writeFile(TABLE, `${[...head, ...rows].join('\n')}\n`);
process.stdout.write(`${chosen.length - failures} of ${chosen.length} servers as they should be.\n`);
process.exitCode = failures === 0 ? 0 : 1;
