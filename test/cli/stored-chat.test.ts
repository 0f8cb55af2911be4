// Owns claims about conversations that a program stores: what goes on with which flag, the commands of the chat about them, what is not stored.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Io, PromptReply } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { Agent, Store } from '../../src/index.ts';
import { createEmbeddedHost, defineAgent, defineTool, openStore, StoreError } from '../../src/index.ts';
import type { FakeVllm, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { createFakeIo, createFakeTerminal } from './fake-io.ts';

let folder = '';
let path = '';
let files = 0;
let vllm: FakeVllm;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stored-chat-'));
});
beforeEach(async () => {
  path = join(folder, `${files++}.db`);
  vllm = await startFakeVllm();
});
afterEach(async () => await vllm.close());
afterAll(() => rmSync(folder, { recursive: true }));

const hello = defineAgent({ name: 'hello', model: 'fake' });
const open = (file: string = path): Promise<Store> => openStore({ path: file });

interface Started {
  readonly inputs?: readonly (string | PromptReply)[];
  readonly steps?: readonly Step[];
  readonly agent?: Agent;
  readonly io?: Partial<Omit<Io, 'out' | 'err'>>;
}

/** A program as a process of its own; without inputs there is no terminal. */
async function program(args: readonly string[], { inputs, steps = [], agent = hello, io: given }: Started = {}) {
  vllm.script(...steps);
  const before = vllm.chatBodies().length;
  const left = [...(inputs ?? [])];
  const terminal = createFakeTerminal(async () => {
    const next = left.shift();
    if (next === undefined) return { type: 'end' };
    return typeof next === 'string' ? { type: 'line', text: next } : next;
  });
  const env = { VLLM_BASE_URL: vllm.baseUrl, NO_COLOR: '1', VLLM_MODEL: 'fake' };
  const { io, text } = createFakeIo({
    args,
    env,
    isTty: inputs !== undefined,
    terminal: inputs === undefined ? undefined : terminal,
    openStore: open,
    program: 'hello.ts',
    ...given,
  });
  const code = await main(agent, io);
  const asked = vllm.chatBodies().slice(before).map(contents);
  return { code, ...text, asked };
}

function contents({ messages }: Readonly<Record<string, unknown>>): unknown[] {
  const all = Array.isArray(messages) ? messages : [];
  return all.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
}

const says = (...texts: readonly string[]): readonly Step[] => texts.map((content) => answer({ content }));
const GO_ON = 'To go on with this conversation: npx tsx hello.ts --continue\n';

async function read<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('a conversation', () => {
  test('goes on in a later chat, which shows where it was', async () => {
    const first = await program([], { inputs: ['one', 'two'], steps: says('I', 'II') });
    expect([first.code, first.out, first.err.endsWith(GO_ON)]).toEqual([0, 'I\nII\n', true]);
    const second = await program(['--continue'], { inputs: ['three'], steps: says('III') });
    expect(second.asked).toEqual([['one', 'I', 'two', 'II', 'three']]);
    expect(second.err).toContain('The conversation has 2 earlier messages.\n> two\nII\n');
  });

  test('goes on after one question, in this folder and with this agent alone', async () => {
    await program(['one'], { steps: says('I') });
    expect((await program(['-c', 'two'], { steps: says('II') })).asked).toEqual([['one', 'I', 'two']]);
    const elsewhere = await program(['-c', 'two'], { io: { folder: '/elsewhere' } });
    expect([elsewhere.code, elsewhere.err]).toEqual([
      1,
      'There is no conversation with hello in /elsewhere to continue.\n',
    ]);
    const other = defineAgent({ name: 'other', model: 'fake' });
    expect((await program(['-c', 'two'], { agent: other })).code).toBe(1);
  });

  test('without a flag is a new one', async () => {
    await program(['one'], { steps: says('I') });
    expect((await program(['two'], { steps: says('II') })).asked).toEqual([['two']]);
  });

  test('has a name: --session begins it and goes on with it, --resume goes on with it', async () => {
    await program(['--session', 'trip', 'one'], { steps: says('I') });
    await program(['between'], { steps: says('-') });
    await program(['--session', 'trip', 'two'], { steps: says('II') });
    const third = await program(['--resume=trip', 'three'], { steps: says('III') });
    expect(third.asked).toEqual([['one', 'I', 'two', 'II', 'three']]);
    const none = await program(['--resume', 'trap', 'four']);
    expect([none.code, none.err]).toEqual([1, 'There is no conversation with hello of the name or id "trap".\n']);
  });

  test('is found by the beginning of its id, when that is long enough and of one alone', async () => {
    await program(['one'], { steps: says('I') });
    const [session] = await read((store) => store.listSessions());
    const id = session?.sessionId ?? '';
    expect((await program(['--resume', id.slice(0, 6), 'two'], { steps: says('II') })).asked).toEqual([
      ['one', 'I', 'two'],
    ]);
    expect((await program(['--resume', id.slice(0, 3), 'two'])).code).toBe(1);
  });

  test('is chosen from a list', async () => {
    await program(['one\x1b]0;PWNED\x07'], { steps: says('I') });
    await program(['--session', 'trip', 'two'], { steps: says('II') });
    const chosen = await program(['--resume'], { inputs: ['3', 'x', '2', 'three'], steps: says('III') });
    expect(chosen.asked).toEqual([['one\x1b]0;PWNED\x07', 'I', 'three']]);
    expect(chosen.err).toMatch(
      /^ {2}1 {2}trip +(just now|\d+ d ago) +2 messages {2}two\n {2}2 {2}[0-9a-f]{8} +\S.* 2 messages {2}one␛\]0;PWNED␇\n/,
    );
    const none = await program(['--resume'], { inputs: [{ type: 'interrupt' }] });
    expect([none.code, none.err.includes('No conversation was chosen.')]).toEqual([2, true]);
    const piped = await program(['--resume']);
    expect([piped.code, piped.err.includes('--resume needs a name')]).toEqual([2, true]);
  });

  test('has an order of its own when nothing was said in it: none is stored', async () => {
    await program([], { inputs: ['/quit'] });
    expect(await read((store) => store.listSessions())).toEqual([]);
  });

  test('is not stored when it is ephemeral, and goes on in the chat', async () => {
    const { asked, err } = await program(['--ephemeral'], {
      inputs: ['one', '/sessions', 'two'],
      steps: says('I', 'II'),
    });
    expect([asked.at(-1), err.includes('Nothing is stored in this chat.\n')]).toEqual([['one', 'I', 'two'], true]);
    expect(await read((store) => store.listRuns())).toEqual([]);
  });

  test('with a store that cannot be opened is not stored, with a warning; unless it was asked for', async () => {
    const broken = { openStore: async () => Promise.reject(new StoreError('store_unwritable', 'It is read-only.')) };
    const once = await program(['one'], { steps: says('I'), io: broken });
    expect([once.code, once.out, once.err]).toEqual([
      0,
      'I\n',
      '! Nothing is stored (--ephemeral says so): It is read-only.\n',
    ]);
    for (const args of [['--store', 'a.db'], ['--continue'], ['--session', 'x'], ['--resume', 'x']]) {
      const asked = await program([...args, 'one'], { io: broken });
      expect([asked.code, asked.err]).toEqual([1, 'It is read-only.\n']);
    }
  });

  test('is in the file that --store names', async () => {
    const other = join(folder, 'other.db');
    const { err } = await program(['--store', other], { inputs: ['one'], steps: says('I') });
    expect(err).toContain(`npx tsx hello.ts --continue --store ${other}\n`);
    expect(await read((store) => store.listRuns())).toEqual([]);
    expect((await program(['--store', other, '-c', 'two'], { steps: says('II') })).asked).toEqual([
      ['one', 'I', 'two'],
    ]);
  });
});

test.each([
  [['--continue', '--session', 'x'], '--continue and --session each choose a conversation: leave one of them out.'],
  [['--resume', '--continue'], '--continue and --resume each choose a conversation: leave one of them out.'],
  [['--ephemeral', '--store', 'x'], '--ephemeral stores nothing: leave out --store.'],
  [['--ephemeral', '-c'], '--ephemeral stores nothing: leave out --continue.'],
  [['--session', ''], '--session takes a name.'],
  [['--store='], '--store takes a file.'],
])('%j is refused', async (args, message) => {
  const { code, err } = await program([...args, 'question']);
  expect([code, err.split('\n')[0]]).toEqual([2, message]);
});

describe('a run that was interrupted', () => {
  const tried: string[] = [];
  const work = defineTool({
    name: 'work',
    description: 'Works.',
    parameters: { type: 'object', properties: {} },
    execute: (_args, { idempotencyKey }) => {
      tried.push(idempotencyKey);
      return 'worked';
    },
  });
  const worker = defineAgent({ name: 'hello', model: 'fake', tools: [work] });
  const calls = answer({ toolCalls: [{ name: 'work', arguments: {} }] });

  /** Leaves a run open after its first answer, as a process that dies in the middle of a call. */
  async function interrupt(settings = {}): Promise<void> {
    tried.length = 0;
    await read(async (store) => {
      const { sessionId } = await store.createSession({ sessionId: 's', agent: 'hello', folder: '/work' });
      const host = createEmbeddedHost(store);
      const input = [{ role: 'user', content: 'Work.' }] as const;
      const opened = await host.openRun({
        runId: 'run',
        agent: 'hello',
        input,
        session: { sessionId, length: 0 },
        settings,
      });
      await host.close();
      expect(opened.run.status).toBe('open');
    });
  }

  test('goes on before the next question', async () => {
    await interrupt();
    const { code, out, asked } = await program(['-c', 'two'], { agent: worker, steps: [calls, ...says('I', 'II')] });
    expect([code, out, tried]).toEqual([0, 'I\nII\n', ['run/t1/call/0']]);
    expect(asked.at(-1)).toEqual(['Work.', null, 'worked', 'I', 'two']);
  });

  test('goes on by itself where there is no question', async () => {
    await interrupt();
    const { code, out } = await program(['-c'], { agent: worker, steps: [calls, ...says('I')] });
    expect([code, out]).toEqual([0, 'I\n']);
    const again = await program(['-c'], { agent: worker });
    expect([again.code, again.err.split('\n')[0]]).toEqual([
      2,
      'The conversation has no run that was interrupted: give a question to go on with it.',
    ]);
  });

  test('goes on in the chat before the first prompt', async () => {
    await interrupt();
    const { out, err } = await program(['-c'], { agent: worker, inputs: ['two'], steps: [calls, ...says('I', 'II')] });
    expect([out, err.includes('The last answer was interrupted: it goes on.\n')]).toEqual(['I\nII\n', true]);
  });

  test('goes on as it was started, except for what the command line says now', async () => {
    await interrupt({ model: 'first', params: { temperature: 0, seed: 1 }, toolChoice: 'required' });
    await program(['-c', '--param', 'seed=2'], { agent: worker, steps: [calls] });
    const body = vllm.chatBodies()[0];
    expect([body?.model, body?.temperature, body?.seed, body?.tool_choice]).toEqual(['first', 0, 2, 'required']);
  });

  test('goes on within the limit of turns that it had', async () => {
    await interrupt({ maxTurns: 1 });
    const { code, err } = await program(['-c'], { agent: worker, steps: [calls] });
    expect([code, err]).toEqual([3, expect.stringContaining('turns')]);
    expect(err).not.toContain('runs resume');
  });

  test('goes on without what cannot be read of its settings', async () => {
    await interrupt({
      model: 5,
      params: { model: 'x', stream: false },
      maxTurns: -1,
      toolChoice: 'gone',
      servers: 'rm',
    });
    const { code } = await program(['-c'], { agent: worker, steps: [calls, ...says('I')] });
    expect([code, vllm.chatBodies()[0]?.model]).toEqual([0, 'fake']);
  });

  test('says which MCP servers are missing, and starts none that only the store names', async () => {
    await interrupt({ servers: ['--mcp', 'evil\x1b[2J.json'] });
    const { code, err } = await program(['-c'], { agent: worker, steps: [calls, ...says('I')] });
    expect([code, err.split('\n')[0]]).toEqual([
      0,
      '! The run was started with --mcp evil\\u001b[2J.json, which is not given now: its tools are missing.',
    ]);
  });

  test('is waited for while another process holds it, and left alone when that one lives', async () => {
    await interrupt();
    const store = await open();
    const ticks: (() => void)[] = [];
    const host = createEmbeddedHost(store, {
      owner: 'elsewhere',
      leaseMs: 30_000,
      repeat: (renew) => {
        ticks.push(renew);
        return () => undefined;
      },
    });
    const held = await host.openRun({ runId: 'run', agent: 'hello', input: [] });
    const alive = setInterval(() => ticks.forEach((renew) => void renew()), 20);
    const busy = await program(['-c'], { agent: worker });
    clearInterval(alive);
    expect([busy.code, busy.err]).toEqual([
      1,
      'The run run is held by elsewhere: waiting for it to end, or for its lease to run out.\n' +
        'The run run is under way in another process: elsewhere holds it.\n',
    ]);
    const waiting = program(['-c'], {
      agent: worker,
      steps: [calls, ...says('I')],
      io: { openStore: async () => await open() },
    });
    await held.close();
    expect([(await waiting).code, (await waiting).out]).toEqual([0, 'I\n']);
    await store.close();
  });
});

describe('the command', () => {
  const sessions = async () => await read((store) => store.listSessions());

  test('/rename names the conversation', async () => {
    const { err } = await program([], {
      inputs: ['/rename early', 'one', '/rename', '/rename my trip'],
      steps: says('I'),
    });
    expect(err).toMatch(
      /There is no conversation yet\.\n.*\nWhich name\? \/rename NAME\nThe conversation is named my trip\.\n/,
    );
    expect((await sessions()).map(({ name }) => name)).toEqual(['my trip']);
  });

  test('/rename refuses a name that is taken', async () => {
    await program(['--session', 'trip', 'one'], { steps: says('I') });
    const { err } = await program([], { inputs: ['two', '/rename trip'], steps: says('II') });
    expect(err).toContain('There is a session of hello with the name trip already.\n');
  });

  test('/sessions lists them', async () => {
    await program(['--session', 'trip', 'one'], { steps: says('I') });
    const { err } = await program([], { inputs: ['/sessions'] });
    expect(err).toMatch(/ {2}1 {2}trip .* 2 messages {2}one\nGo on with one: --resume NAME\.\n/);
  });

  test.each([
    ['/fork', [['one', 'I', 'two', 'II', 'three']]],
    ['/fork 2', [['one', 'I', 'two', 'II', 'three']]],
    ['/fork 1', [['one', 'I', 'three']]],
  ])('%s goes on in a copy, and leaves the conversation as it is', async (command, asked) => {
    const talk = await program(['--session', 'trip'], {
      inputs: ['one', 'two', command, 'three'],
      steps: says('I', 'II', 'III'),
    });
    expect(talk.asked.slice(2)).toEqual(asked);
    expect((await sessions()).map(({ name, length }) => [name, length])).toEqual([
      [null, (asked[0]?.length ?? 0) + 1],
      ['trip', 4],
    ]);
  });

  test.each(['/fork 3', '/fork 0', '/fork x', '/fork -1'])('%s is refused', async (command) => {
    const { err } = await program([], { inputs: ['one', 'two', command], steps: says('I', 'II') });
    expect([
      err.includes('The conversation has 2 questions: /fork 1 to /fork 2.\n'),
      (await sessions()).length,
    ]).toEqual([true, 1]);
  });

  test('/undo takes the last question back, again and again, and keeps the name', async () => {
    const talk = await program(['--session', 'trip'], {
      inputs: ['one', 'two', '/undo', '/undo', '/undo', 'three'],
      steps: says('I', 'II', 'III'),
    });
    expect(talk.asked.at(-1)).toEqual(['three']);
    expect(talk.err).toContain('Taken back: two\nTaken back: one\n');
    expect((await sessions()).find(({ name }) => name === 'trip')?.length).toBe(2);
    expect((await program(['--session', 'trip', 'four'], { steps: says('IV') })).asked).toEqual([
      ['three', 'III', 'four'],
    ]);
  });

  test('/export writes Markdown and JSON lines, and refuses other names', async () => {
    const written: Record<string, string> = {};
    const saveFile: Io['saveFile'] = async (name, text) => {
      written[name] = text;
      return name.startsWith('no') ? 'you may not write there' : undefined;
    };
    const { err } = await program([], {
      inputs: ['/export a.md', 'on`e', '/export a.md', '/export a.jsonl', '/export', '/export no.md', '/export a.txt'],
      steps: says('I'),
      io: { saveFile },
    });
    expect(err).toContain('There is nothing to export yet.\n');
    expect(err).toContain(
      'Could not write no.md: you may not write there\nThe name of the file must end in .md or .jsonl.\n',
    );
    const markdown = '## Question\n\non`e\n\n## Answer\n\nI\n';
    expect(written).toMatchObject({
      'a.md': markdown,
      'hello-chat.md': markdown,
      'a.jsonl': '{"role":"user","content":"on`e"}\n{"role":"assistant","content":"I"}\n',
    });
  });
});
