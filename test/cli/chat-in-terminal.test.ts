// Owns claims about the chat as a process in a real terminal, under tsx as people start it: Ctrl-C, what is pasted, the terminal afterwards.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, raw, startFakeVllm } from '../../src/testing/index.ts';
import { frame } from '../support/client-helpers.ts';
import type { Pty } from './pty.ts';
import { hasPty, openPty } from './pty.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx/cli');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'));
  const program = `
    import { writeFileSync } from 'node:fs';
    import { defineAgent, defineTool, runMain } from '${ROOT}src/index.ts';
    writeFileSync('${folder}/pid', String(process.pid));
    const parameters = { type: 'object', properties: {} };
    const busy = defineTool({ name: 'busy', description: 'Computes.', parameters, execute: () => {
      process.stderr.write('COMPUTING');
      // Longer than tsx waits before it kills a child that has not confirmed a signal.
      for (const end = Date.now() + 500; Date.now() < end; );
      return 'done';
    } });
    const crash = defineTool({ name: 'crash', description: 'Crashes.', parameters, execute: () => new Promise(() => {
      setTimeout(() => { throw new Error('a bug\\x1b]0;PWNED\\x07'); });
    }) });
    const stuck = { name: 'stuck', open: async () => ({
      tools: () => [],
      close: () => new Promise(() => {
        process.stderr.write('CLOSING');
        setInterval(() => {}, 1000);
      }),
    }) };
    const providers = process.env.STUCK === undefined ? [] : [stuck];
    runMain(import.meta, defineAgent({ name: 'trial', tools: [busy, crash], providers }));`;
  await writeFile(join(folder, 'trial.mts'), program);
});
afterAll(async () => await rm(folder, { recursive: true }));

/** Starts a chat; its last output is the mode of the terminal after it. */
function start(baseUrl: string, env: Readonly<Record<string, string>> = {}): Pty {
  const command = `'${process.execPath}' '${TSX}' '${join(folder, 'trial.mts')}'; echo "code $?"; stty -a`;
  return openPty(command, { VLLM_BASE_URL: baseUrl, VLLM_MODEL: 'fake', NO_COLOR: '1', ...env });
}

const calls = (name: string) => answer({ toolCalls: [{ name, arguments: {} }] });
const begun = frame({ content: 'I am' });
const stalled = raw({ bytes: begun, stallAfter: begun.length });

/** The content of the last message of the last request. */
function lastMessage(bodies: readonly Readonly<Record<string, unknown>>[]): unknown {
  const messages = bodies.at(-1)?.messages;
  return Array.isArray(messages) ? messages.at(-1)?.content : undefined;
}

async function isLeftAsFound(pty: Pty): Promise<boolean> {
  await pty.exit;
  const [chat = '', mode = ''] = pty.shown().split('code ');
  const isOff = chat.lastIndexOf('\x1b[?2004l') > chat.lastIndexOf('\x1b[?2004h');
  return isOff && ['icanon', 'isig', 'echo'].every((name) => mode.split(/\s+/).includes(name));
}

describe.skipIf(!hasPty)('one Ctrl-C under tsx', () => {
  test('stops an answer, and the chat goes on', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(stalled, answer({ content: 'still here' }));
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    pty.type('one\r');
    await pty.until('I am');
    pty.type('typed meanwhile');
    pty.type('\x03');
    await pty.until('Interrupted.');
    pty.type('\r');
    await pty.until('still here');
    pty.type('/quit\r');
    await pty.until('code 0');
    expect(await isLeftAsFound(pty)).toBe(true);
    expect(pty.shown()).toContain('I am\r\nInterrupted.');
    expect(lastMessage(vllm.chatBodies())).toBe('one\n\ntyped meanwhile');
  });

  test('stops a run whose tool computes, and the chat goes on', async () => {
    // Whether the answer after the tool is asked for before the key is read is left to the machine.
    await using vllm = await startFakeVllm({
      respond: ({ rawBody }) => {
        if (rawBody.includes('two')) return answer({ content: 'still here' });
        return rawBody.includes('"role":"tool"') ? stalled : calls('busy');
      },
    });
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    pty.type('one\r');
    await pty.until('COMPUTING');
    pty.type('\x03');
    await pty.until('Interrupted.');
    pty.type('two\r');
    await pty.until('still here');
    pty.type('/quit\r');
    await pty.until('code 0');
  });

  test('from outside, as a signal, is the same', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(stalled, answer({ content: 'still here' }));
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    pty.type('one\r');
    await pty.until('I am');
    process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGINT');
    await pty.until('Interrupted.');
    pty.type('two\r');
    await pty.until('still here');
    pty.type('\x04');
    await pty.until('code 0');
    expect(await isLeftAsFound(pty)).toBe(true);
  });
});

describe.skipIf(!hasPty)('what is pasted', () => {
  test('is one message, of more bytes than a terminal takes in one line', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(answer({ content: 'read' }));
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    const lines = Array.from({ length: 400 }, (_, at) => `line ${at} `.padEnd(75, 'x'));
    pty.type(`\x1b[200~${lines.join('\r')}\x1b[201~`);
    await pty.until('[pasted text 1: 400 lines]');
    pty.type('\r');
    await pty.until('read');
    pty.type('/quit\r');
    await pty.until('code 0');
    expect(lastMessage(vllm.chatBodies())).toBe(lines.join('\n'));
    expect(vllm.chatBodies()).toHaveLength(1);
  });
});

describe.skipIf(!hasPty)('the terminal is left as it was found', () => {
  test('by a crash, whose text is made visible', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(calls('crash'));
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    pty.type('one\r');
    await pty.until('code 1');
    expect(await isLeftAsFound(pty)).toBe(true);
    expect(pty.shown()).toContain('Error: a bug␛]0;PWNED␇');
    expect(pty.shown()).not.toContain('\x1b]0;');
  });

  test.each([
    ['SIGTERM', 'code 130'],
    ['SIGHUP', 'code 129'],
  ])('by %s at the prompt', async (signal, code) => {
    await using vllm = await startFakeVllm();
    await using pty = start(vllm.baseUrl);
    await pty.until('> ');
    process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), signal);
    await pty.until(code);
    expect(await isLeftAsFound(pty)).toBe(true);
  });

  test('by a second SIGTERM, when a program does not end by the first one', async () => {
    await using vllm = await startFakeVllm();
    await using pty = start(vllm.baseUrl, { STUCK: '1' });
    await pty.until('> ');
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    process.kill(pid, 'SIGTERM');
    await pty.until('CLOSING');
    process.kill(pid, 'SIGTERM');
    await pty.until('code 143');
    expect(await isLeftAsFound(pty)).toBe(true);
  });
});
