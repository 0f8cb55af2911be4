// Owns claims about when the environment, the file `.env` and the file of sign-ins are read: when a server starts, and not before.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tried
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
const SERVER = join(ROOT, 'test/mcp/hostile-server.mjs');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a folder of its own, after the imports that all of them need; gives what it prints as JSON. */
async function runIn(name: string, program: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  const whole = `
    import { defineAgent, mountMcp, run, VllmClient } from '${ROOT}src/index.ts';
    import { answer, startFakeVllm } from '${ROOT}src/testing/index.ts';
    const server = (word) => ({ command: process.execPath, args: ['${SERVER}', word] });
    ${program}`;
  await writeFile(join(cwd, 'program.mts'), whole);
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', TSX, 'program.mts'], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  return JSON.parse(stdout);
}

test('defining an agent reads no variable and no file, with and without servers', async () => {
  const program = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const read = [];
    const real = process.env;
    process.env = new Proxy(real, {
      get: (env, name) => (read.push(String(name)), env[name]),
      ownKeys: (env) => (read.push('all'), Reflect.ownKeys(env)),
      getOwnPropertyDescriptor: (env, name) => Reflect.getOwnPropertyDescriptor(env, name),
    });
    for (const method of ['readFileSync', 'readFile', 'openSync', 'existsSync', 'statSync']) {
      const original = fs[method];
      fs[method] = (...args) => (read.push(String(args[0])), original(...args));
    }
    syncBuiltinESMExports();
    defineAgent({ name: 'a' });
    defineAgent({ name: 'a', mcpServers: { x: server('\${KEY}'), y: { url: 'http://127.0.0.1:1/mcp' } } });
    const byDefinition = [...read];
    await using mounted = await mountMcp({ x: server('\${KEY:-}') });
    console.log(JSON.stringify({ byDefinition, byStart: ['.env', 'all'].filter((name) => read.includes(name)) }));`;
  expect(await runIn('none', program)).toEqual({ byDefinition: [], byStart: ['.env', 'all'] });
});

test('a placeholder is filled in when the server starts: from the process first, then from .env', async () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { x: server('\${WORD}'), y: server('\${OTHER}') } });
    writeFileSync('.env', 'WORD=of-the-file\\nOTHER=pages');
    process.env.WORD = 'circle';
    await using vllm = await startFakeVllm();
    vllm.script(answer({ content: 'done' }));
    await run(agent, 'go', { client: new VllmClient(vllm.baseUrl) });
    console.log(JSON.stringify(vllm.chatBodies()[0].tools.map((tool) => tool.function.name)));`;
  // The server of that argument lists these tools.
  expect(await runIn('filled', program)).toEqual(['x__one', 'x__two', 'y__t0', 'y__t1', 'y__t2', 'y__t3', 'y__t4']);
});

test('a file .env that cannot be read is a warning of the run, and part of the error of a server that needs it', async () => {
  await mkdir(join(folder, 'broken', '.env'), { recursive: true });
  const program = `
    const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { x: server(''), y: server('\${KEY}') } });
    await using vllm = await startFakeVllm();
    vllm.script(answer({ content: 'done' }));
    const { outcome, warnings } = await run(agent, 'go', { client: new VllmClient(vllm.baseUrl) });
    await using mounted = await mountMcp({ x: server(''), y: server('\${KEY}') });
    const failures = [...mounted.failures].map(([name, { message }]) => [name, message]);
    console.log(JSON.stringify({ outcome, warnings, failures, mountWarnings: mounted.warnings }));`;
  const problem = 'The file .env cannot be read and is ignored: it is a folder.';
  const warningOf = (name: string) => ({ code: 'mcp_environment', message: `MCP server \`${name}\`: ${problem}` });
  const failure = `MCP server \`y\`, \`args\`: the variable KEY is not set. Set it, or write \${KEY:-default}. ${problem}`;
  expect(await runIn('broken', program)).toEqual({
    outcome: { type: 'completed' },
    warnings: [
      warningOf('x'),
      warningOf('y'),
      { code: 'provider_failed', message: `The run goes on without it. ${failure}` },
    ],
    failures: [['y', failure]],
    mountWarnings: [warningOf('x'), warningOf('y')],
  });
});

test('a file of sign-ins that cannot be read is the error of the server that needs it', async () => {
  const config = join(folder, 'config');
  await mkdir(join(config, 'vllm-agents', 'sign-ins.json'), { recursive: true });
  const program = `
    await using mounted = await mountMcp({ x: { url: 'http://127.0.0.1:1/mcp' } });
    console.log(JSON.stringify([...mounted.failures].map(([name, { message }]) => [name, message])));`;
  expect(await runIn('sign-ins', program, { XDG_CONFIG_HOME: config })).toEqual([
    ['x', `The file of sign-ins, ${join(config, 'vllm-agents', 'sign-ins.json')}, cannot be read: it is a folder.`],
  ]);
});
