// Owns claims about programs that are ended in the middle of a call, as real processes: the next one goes on, and nothing is done twice.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.ts';
import type { FakeVllm } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { hasPty, openPty } from './pty.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

let folder = '';
let vllm: FakeVllm;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-'));
  vllm = await startFakeVllm();
  // The first attempt at `second` lasts until the process is ended.
  const program = `
    import { appendFileSync, existsSync, readFileSync } from 'node:fs';
    import { defineAgent, defineTool, runMain } from '${ROOT}src/index.ts';
    const parameters = { type: 'object', properties: {} };
    const log = '${folder}/log';
    const tool = (name) => defineTool({ name, description: name, parameters, sequential: true, execute: (_args, { idempotencyKey, signal }) => {
      const before = existsSync(log) ? readFileSync(log, 'utf8') : '';
      appendFileSync(log, name + ' ' + idempotencyKey.replace(/^[^/]*/, '') + '\\n');
      if (name !== 'second' || before.includes('second')) return name + ' is done';
      process.stderr.write('BEGUN');
      return new Promise((_, reject) => {
        const timer = setInterval(() => {}, 1000);
        signal.addEventListener('abort', () => { clearInterval(timer); reject(new Error('stopped')); });
      });
    } });
    runMain(import.meta, defineAgent({ name: 'worker', tools: [tool('first'), tool('second')] }));`;
  await writeFile(join(folder, 'worker.mts'), program);
});
afterEach(async () => {
  await vllm.close();
  await rm(folder, { recursive: true });
});

const environment = () => ({
  VLLM_BASE_URL: vllm.baseUrl,
  VLLM_MODEL: 'fake',
  NO_COLOR: '1',
  VLLM_AGENTS_HOME: folder,
});

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', TSX, join(folder, 'worker.mts'), ...args], {
    cwd: folder,
    env: { ...process.env, ...environment() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  let onErr = (): void => undefined;
  child.stdout.on('data', (part) => {
    text.out += part;
  });
  child.stderr.on('data', (part) => {
    text.err += part;
    onErr();
  });
  const hasBegun = new Promise<void>((resolve) => {
    onErr = () => {
      if (text.err.includes('BEGUN')) resolve();
    };
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...text }));
  return { child, hasBegun, ended };
}

const both = answer({
  toolCalls: ['first', 'second'].map((name, at) => ({ name, arguments: {}, id: `call-${at}` })),
});

/** Which calls began, in all processes. */
const log = async () => (await readFile(join(folder, 'log'), 'utf8')).trimEnd().split('\n');
const ALL_ONCE = ['first /t1/call/0', 'second /t1/call/1', 'second /t1/call/1'];

async function storedRuns() {
  const store = await openStore({ path: join(folder, 'store.db') });
  const runs = await store.listRuns();
  await store.close();
  return runs.map(({ status, owner }) => ({ status, isHeld: owner !== null }));
}

test('kill -9 in the middle of a call: --continue goes on at once, and what was done is not done again', async () => {
  vllm.script(both);
  const { child, hasBegun, ended } = start(['Do it.']);
  await hasBegun;
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  expect(await storedRuns()).toEqual([{ status: 'open', isHeld: true }]);
  vllm.script(answer({ content: 'It is done.' }));
  const next = await start(['--continue']).ended;
  // It does not wait for the lease of a process that is known to be dead.
  expect([next.code, next.out, next.err.includes('is held by')]).toEqual([0, 'It is done.\n', false]);
  expect([await log(), await storedRuns()]).toEqual([ALL_ONCE, [{ status: 'completed', isHeld: false }]]);
  const results = vllm.chatBodies().at(-1)?.messages;
  expect(results).toMatchObject([{}, {}, { content: 'first is done' }, { content: 'second is done' }]);
});

test('SIGTERM in the middle of a call lets the run go, which any process takes up', async () => {
  vllm.script(both);
  const { child, hasBegun, ended } = start(['Do it.']);
  await hasBegun;
  child.kill('SIGTERM');
  const first = await ended;
  expect([
    first.code,
    first.err.endsWith('The run was let go, and goes on when it is resumed (--continue).\n'),
  ]).toEqual([130, true]);
  expect(await storedRuns()).toEqual([{ status: 'open', isHeld: false }]);
  vllm.script(answer({ content: 'It is done.' }));
  const next = await start(['runs', 'resume']).ended;
  expect([next.code, next.out, await log()]).toEqual([0, 'It is done.\n', ALL_ONCE]);
});

test('Ctrl-C in the middle of a call ends the run, and resume goes on with it all the same', async () => {
  vllm.script(both);
  const { child, hasBegun, ended } = start(['Do it.']);
  await hasBegun;
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(await storedRuns()).toEqual([{ status: 'aborted', isHeld: false }]);
  const store = await openStore({ path: join(folder, 'store.db') });
  const [{ runId } = { runId: '' }] = await store.listRuns();
  await store.close();
  vllm.script(answer({ content: 'It is done.' }));
  const next = await start(['runs', 'resume', runId]).ended;
  expect([next.code, next.out, await log()]).toEqual([0, 'It is done.\n', ALL_ONCE]);
});

describe.skipIf(!hasPty)('a chat in a terminal', () => {
  test('goes on after its terminal was closed in the middle of a call', async () => {
    vllm.script(both);
    const command = `'${process.execPath}' --import '${TSX}' '${join(folder, 'worker.mts')}'`;
    const env = environment();
    {
      await using terminal = openPty(`cd '${folder}'; exec ${command}`, env);
      await terminal.until('> ');
      terminal.type('Do it.\r');
      await terminal.until('BEGUN');
    }
    vllm.script(answer({ content: 'It is done.' }), answer({ content: 'You are welcome.' }));
    await using terminal = openPty(`cd '${folder}'; exec ${command} --continue`, env);
    await terminal.until('The last answer was interrupted: it goes on.');
    await terminal.until('It is done.');
    await terminal.until('> ');
    terminal.type('Thanks.\r');
    await terminal.until('You are welcome.');
    await terminal.until('> ');
    terminal.type('\x03');
    await terminal.until('Press Ctrl-C again');
    await terminal.until('> ');
    // Sooner it would count as the same press.
    terminal.type('/quit\r');
    await terminal.until('To go on with this conversation: npx tsx worker.mts --continue');
    expect([await terminal.exit, await log()]).toEqual([0, ALL_ONCE]);
  });
});
