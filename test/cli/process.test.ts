// Owns claims about an agent's program as a real process: its file .env, its input, and what it does without a server.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isListening } from '../../src/cli/listening.ts';
import { answer, raw, startFakeVllm } from '../../src/testing/index.ts';
import { frame } from '../support/client-helpers.ts';
import { OWN_HOME } from '../support/own-home.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
/** What a developer runs beside the tests is none of theirs. */
const isTaken = await isListening('http://localhost:8000/v1');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-'));
  const program = `
    import { appendFileSync } from 'node:fs';
    import { defineAgent, defineTool, runMain } from '${ROOT}src/index.ts';
    const wipe = defineTool({
      name: 'wipe',
      description: 'Wipes everything.',
      parameters: { type: 'object', properties: {} },
      execute: () => appendFileSync('wiped', 'x'),
    });
    runMain(import.meta, defineAgent({ name: 'danger', tools: [wipe] }));`;
  await writeFile(join(folder, 'danger.ts'), program);
});
afterEach(async () => await rm(folder, { recursive: true }));

const COMMAND = ['--import', TSX, 'danger.ts'];

async function run(args: readonly string[], env: Record<string, string> = {}, stdin: 'ignore' | number = 'ignore') {
  const { VLLM_BASE_URL: _url, VLLM_MODEL: _model, VLLM_API_KEY: _key, ...inherited } = process.env;
  const child = spawn(process.execPath, [...COMMAND, ...args], {
    cwd: folder,
    env: { ...inherited, ...OWN_HOME, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (part) => {
    text.out += part;
  });
  child.stderr?.on('data', (part) => {
    text.err += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

describe.skipIf(isTaken)('without a server no tool runs, and the exit code is 1', () => {
  const noServer =
    /No vLLM is named, and nothing answers at http:\/\/localhost:8000\/v1\.\n {2}Name yours: .*\n {2}To try /;

  test.each<[string, string | undefined, RegExp]>([
    ['when nothing is named', undefined, new RegExp(`^${noServer.source}`)],
    [
      'when the file .env has no =',
      'VLLM_BASE_URL http://secret-host/v1\n',
      new RegExp(
        `^The file \\.env, line 1, is ignored: VLLM_BASE_URL needs a = before its value\\.\n${noServer.source}`,
      ),
    ],
    [
      'when the file .env is something else',
      '# mine\n{"url": "http://secret-host/v1"}\n',
      new RegExp(`^The file \\.env, line 2, is ignored: it is not of the form NAME=value\\.\n${noServer.source}`),
    ],
  ])('%s', async (_name, file, err) => {
    if (file !== undefined) await writeFile(join(folder, '.env'), file);
    const ended = await run(['Please do not wipe anything']);
    expect([ended.code, ended.out, ended.err]).toEqual([1, '', expect.stringMatching(err)]);
    expect(ended.err).not.toContain('secret-host');
    await expect(open(join(folder, 'wiped'))).rejects.toThrow('ENOENT');
  });

  test('when the file .env is in another folder', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', '.env'), 'VLLM_BASE_URL=http://secret-host/v1\n');
    const ended = await run(['Please do not wipe anything']);
    expect([ended.code, ended.out, ended.err]).toEqual([1, '', expect.stringMatching(noServer)]);
    await expect(open(join(folder, 'wiped'))).rejects.toThrow('ENOENT');
  });
});

test('a file .env that begins with a mark of its encoding names the server', async () => {
  await using vllm = await startFakeVllm({ respond: () => answer({ content: 'Yes.' }) });
  await writeFile(join(folder, '.env'), `\ufeffVLLM_BASE_URL=${vllm.baseUrl}\r\n`);
  expect(await run(['Are you there?'])).toEqual({ code: 0, out: 'Yes.\n', err: '' });
});

describe.skipIf(process.platform === 'win32')('a reader that stops reading ends the run, without a stack:', () => {
  test.each<[string, readonly ('stdout' | 'stderr')[], Readonly<Record<string, string>>]>([
    ['of standard output', ['stdout'], { content: 'I am' }],
    ['of standard error', ['stderr'], { reasoning: 'Hm' }],
    ['of both', ['stdout', 'stderr'], { content: 'I am' }],
  ])('%s', async (_name, closed, delta) => {
    // The answer has no end but this one.
    await using vllm = await startFakeVllm({
      respond: () => raw({ bytes: frame(delta), stallAfter: frame(delta).length }),
    });
    const child = spawn(process.execPath, [...COMMAND, '-v', 'hi'], {
      cwd: folder,
      env: { ...process.env, ...OWN_HOME, VLLM_BASE_URL: vllm.baseUrl, VLLM_MODEL: 'fake' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of closed) child[stream].destroy();
    let err = '';
    child.stderr.on('data', (part) => {
      err += part;
    });
    const [code] = await once(child, 'close');
    expect([code, err]).toEqual([130, expect.not.stringMatching(/EPIPE|\bat /)]);
  });
});

describe.skipIf(process.platform === 'win32')('the input of a program with a question', () => {
  test('may be a pipe that nobody ever closes', async () => {
    await using vllm = await startFakeVllm({ respond: () => answer({ content: 'Hi.' }) });
    const path = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    // Open for writing too, so that its reader never comes to an end.
    await using pipe = await open(path, 'r+');
    expect(await run(['hi'], { VLLM_BASE_URL: vllm.baseUrl }, pipe.fd)).toEqual({
      code: 0,
      out: 'Hi.\n',
      err: 'The piped input is not read: add - to have it read after the question.\n',
    });
  });

  async function shell(script: string, baseUrl: string): Promise<string> {
    const env = {
      ...process.env,
      ...OWN_HOME,
      VLLM_BASE_URL: baseUrl,
      AGENT: [process.execPath, ...COMMAND].join(' '),
    };
    return (await promisify(execFile)('sh', ['-c', script], { cwd: folder, env })).stdout;
  }

  test('is left to the loop around it', async () => {
    await using vllm = await startFakeVllm({ respond: ({ body }) => answer({ content: `${lastText(body)}!` }) });
    await writeFile(join(folder, 'questions'), 'one\ntwo\nthree\n');
    const script = 'while read -r q; do $AGENT "$q"; done < questions';
    expect(await shell(script, vllm.baseUrl)).toBe('one!\ntwo!\nthree!\n');
  });

  test('is read on request, and without a question', async () => {
    await using vllm = await startFakeVllm({ respond: ({ body }) => answer({ content: `${lastText(body)}!` }) });
    expect(await shell('echo the log | $AGENT "what broke?" -', vllm.baseUrl)).toBe('what broke?\n\nthe log!\n');
    expect(await shell('echo the log | $AGENT', vllm.baseUrl)).toBe('the log!\n');
  });
});

function lastText(body: Readonly<Record<string, unknown>> | undefined): string {
  const messages = body?.messages as readonly { readonly content: string }[] | undefined;
  return messages?.at(-1)?.content ?? '';
}
