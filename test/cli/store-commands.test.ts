// Owns claims about the commands on what is stored: runs, sessions and the store itself, with and without the agent's program.

import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { runStoreCommand } from '../../src/cli/store-commands/dispatch.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import type { Message, Store } from '../../src/index.ts';
import { createEmbeddedHost, defineAgent, defineTool, openStore, run, VllmClient } from '../../src/index.ts';
import type { FakeVllm, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { createFakeIo } from './fake-io.ts';

let folder = '';
let path = '';
let files = 0;
let vllm: FakeVllm;
let client: VllmClient;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-commands-'));
});
beforeEach(async () => {
  path = join(folder, `${files++}.db`);
  vllm = await startFakeVllm();
  client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
});
afterEach(async () => {
  await client.close();
  await vllm.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const paid: string[] = [];
const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  parameters: { type: 'object', properties: { to: { type: 'string' } } },
  needsApproval: true,
  execute: (_args, { idempotencyKey }) => {
    paid.push(idempotencyKey);
    return 'paid';
  },
});
const bank = defineAgent({ name: 'bank', model: 'fake', tools: [pay] });

async function read<T>(work: (store: Store) => Promise<T>, file = path): Promise<T> {
  const store = await openStore({ path: file });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const NOW = Date.now();

function ioOf(args: readonly string[], given: Partial<Omit<Io, 'out' | 'err'>> = {}) {
  return createFakeIo({
    args,
    env: { VLLM_BASE_URL: vllm.baseUrl, VLLM_MODEL: 'fake', NO_COLOR: '1' },
    openStore: (file = path) => openStore({ path: file }),
    clock: () => NOW,
    program: 'bank.ts',
    ...given,
  });
}

/** The command `vllm-agents`, which has no agent. */
async function command(...args: readonly string[]) {
  const { io, text } = ioOf(args, { program: 'vllm-agents' });
  const code = await runStoreCommand(io);
  return { code, ...text };
}

/** The program of the agent. */
async function program(...args: readonly string[]) {
  const { io, text } = ioOf(args);
  const code = await main(bank, io);
  return { code, ...text };
}

const calls = (...to: readonly string[]): Step =>
  answer({ toolCalls: to.map((one, at) => ({ name: 'pay', arguments: { to: one }, id: `call-${at}` })) });

/** A run in the store. */
async function start(runId: string, steps: readonly Step[], input = 'Pay.'): Promise<void> {
  vllm.script(...steps);
  const settings = { program: 'bank.ts', folder: '/work' };
  await read(async (store) => await run(bank, input, { store, client, runId, settings }));
}

const done = answer({ content: 'Done.', usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } });

describe('runs list', () => {
  test('shows the newest first, in words or as JSON', async () => {
    await start('one-00000000-0000', [done]);
    await start('two', [calls('Ann')]);
    expect((await command('runs')).out).toMatch(
      /^two +waiting +bank +just now {2}Pay\.\none-0000 +completed +bank +just now {2}Pay\.\n$/,
    );
    const { out } = await command('runs', 'list', '--json');
    const listed = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toEqual(await read((store) => store.listRuns()));
  });

  test('shows those of an agent, of a status, or so many', async () => {
    await start('one', [done]);
    await start('two', [calls('Ann')]);
    const ids = async (...args: readonly string[]) =>
      (await command('runs', 'list', ...args)).out
        .split('\n')
        .map((line) => line.split(' ')[0])
        .join(' ')
        .trim();
    expect([
      await ids('--status', 'waiting'),
      await ids('--limit', '1'),
      await ids('--agent', 'bank'),
      await ids('--agent', 'other'),
    ]).toEqual(['two', 'two', 'two one', '']);
    expect((await program('runs')).out).toContain('two');
  });

  test('says that there are none', async () => {
    expect(await command('runs')).toEqual({ code: 0, out: '', err: 'There are no runs.\n' });
  });

  test('tells a run that is under way from one that was interrupted', async () => {
    const store = await openStore({ path });
    const host = createEmbeddedHost(store, { owner: 'elsewhere' });
    const held = await host.openRun({ runId: 'held', agent: 'bank', input: [] });
    expect((await command('runs')).out).toMatch(/^held +under way /);
    await held.close();
    await store.close();
    expect((await command('runs')).out).toMatch(/^held +interrupted /);
  });
});

test('runs show prints turns, calls, tokens and what waits', async () => {
  await start('one', [calls('Ann')]);
  const { out } = await command('runs', 'show', 'one');
  const head = ['run      one', 'agent    bank', 'status   waiting', 'program  bank.ts in /work'];
  expect(out.split('\n').slice(0, 4)).toEqual(head);
  expect(out).toMatch(/\nturns {4}1, calls that ran: 0\ntokens {3}\d+: \d+ of prompts \(.*\), \d+ of answers\n/);
  expect(out).toContain('\n> Pay.\nturn 1: ');
  expect(out).toContain('  pay({"to":"Ann"})  waits\n');
  expect(out).toContain('These calls wait for a decision:\n  t1/call/0  pay {\n  "to": "Ann"\n}\n');
  const json = JSON.parse((await command('runs', 'show', 'one', '--json')).out);
  expect([json.run.runId, json.state.turns, json.waiting.length]).toEqual(['one', 1, 1]);
});

describe('a run', () => {
  test('is found by the beginning of its id', async () => {
    await start('abcdef-1', [done]);
    await start('abcdef-2', [done]);
    await expect(command('runs', 'show', 'abcdef')).rejects.toThrow(
      'Several runs begin with abcdef: abcdef-2, abcdef-1.',
    );
    await expect(command('runs', 'show', 'abc')).rejects.toThrow('The store has no run abc.');
    expect((await command('runs', 'show', 'abcdef-1')).code).toBe(0);
  });

  test('waits, and says how to decide; approve goes on with it in another process', async () => {
    paid.length = 0;
    vllm.script(calls('Ann'), done);
    const asked = await program('Pay.');
    const [stored] = await read((store) => store.listRuns());
    const id = stored?.runId ?? '';
    expect([asked.code, asked.err]).toEqual([
      5,
      expect.stringContaining(
        `These calls need approval: pay.\n  t1/call/0  pay {\n  "to": "Ann"\n}\n` +
          'Decide, and the run goes on; name a call to decide on it alone:\n' +
          `  npx tsx bank.ts runs approve ${id}\n  npx tsx bank.ts runs deny ${id}\n`,
      ),
    ]);
    expect([await program('runs', 'approve', id), paid]).toEqual([
      { code: 0, out: 'Done.\n', err: expect.stringContaining('✓ pay({"to":"Ann"})') },
      [`${id}/t1/call/0`],
    ]);
  });

  test('is denied call by call, and waits for the rest', async () => {
    paid.length = 0;
    await start('bill', [calls('Ann', 'Bob')]);
    const first = await program('runs', 'deny', 'bill', 't1/call/0');
    expect([first.code, first.err.includes('t1/call/0'), first.err.includes('  t1/call/1  pay')]).toEqual([
      5,
      false,
      true,
    ]);
    vllm.script(done);
    const second = await program('runs', 'approve', 'bill', 'call-1');
    expect([second.code, second.out, paid]).toEqual([0, 'Done.\n', ['bill/t1/call/1']]);
  });

  test('is decided on without its agent, and goes on later', async () => {
    paid.length = 0;
    await start('bill', [calls('Ann')]);
    expect(await command('runs', 'approve', 'bill')).toEqual({
      code: 0,
      out: '',
      err: 'The decision is recorded. The run goes on with: npx tsx bank.ts runs resume bill\n',
    });
    await expect(command('runs', 'deny', 'bill')).rejects.toThrow('No call of the run bill waits for a decision.');
    vllm.script(done);
    const { code, out } = await program('runs', 'resume');
    expect([code, out, paid]).toEqual([0, 'Done.\n', ['bill/t1/call/0']]);
    expect(await program('runs', 'resume')).toEqual({
      code: 0,
      out: '',
      err: 'No run of this agent was interrupted.\n',
    });
  });

  test.each([
    [
      ['runs', 'approve', 'bill', 't9/call/0'],
      'No call t9/call/0 of the run bill waits for a decision. These wait: t1/call/0.',
    ],
    [['runs', 'resume', 'none'], 'The store has no run none.'],
    [['runs', 'resume', 'other'], 'The run other is of the agent other, not of bank.'],
    [['runs', 'approve'], 'Write: runs approve ID [CALL].'],
    [['runs', 'deny', 'bill', 'x', 'y'], 'Write: runs deny ID [CALL].'],
    [['runs', 'resume', 'bill', 'x'], 'Write: runs resume [ID].'],
    [['runs', 'aprove', 'bill'], 'There is no command runs aprove. Did you mean runs approve?'],
    [['runs', 'send', 'bill'], 'Write: runs send ID "text".'],
    [['runs', 'send', 'bill', ' '], 'A message needs a text.'],
    [
      ['runs', 'list', '--status', 'done'],
      '--status takes open, waiting, completed, failed, aborted, limit, empty, not "done".',
    ],
    [['runs', '--jsn'], 'Unknown flag --jsn. Did you mean --json?'],
    [['store'], 'store needs a command. There are check, export, prune.'],
    [['store', 'prune'], 'store prune needs --older-than, such as 30d, 12h or 90m.'],
    [['store', 'prune', '--older-than', '1y'], 'store prune needs --older-than, such as 30d, 12h or 90m.'],
    [['sessions', 'rename', 'x'], 'Write: sessions rename ID NAME.'],
  ])('%j is refused', async (args, message) => {
    await start('bill', [calls('Ann')]);
    await read((store) => store.createRun({ runId: 'other', agent: 'other', input: [] }));
    const { code, err } = await program(...args);
    const isUsage = !/^(No call|The (store|run))/.test(message);
    expect([code, err.split('\n')[0]]).toEqual([isUsage ? 2 : 1, message]);
    expect((await read((store) => store.readRun('bill')))?.status).toBe('waiting');
  });

  test('without its agent cannot be resumed, and says by what', async () => {
    await start('bill', [calls('Ann')]);
    expect(await command('runs', 'resume', 'bill')).toEqual({
      code: 2,
      out: '',
      err: 'Only the program of its agent can go on with it: npx tsx bank.ts runs resume bill\n',
    });
  });

  test('is cancelled, also when it waits or has ended', async () => {
    await start('bill', [calls('Ann')]);
    expect((await command('runs', 'cancel', 'bill')).err).toBe('It is cancelled.\n');
    await start('done', [done]);
    expect((await command('runs', 'cancel', 'done')).err).toBe('It had ended already: completed.\n');
    const store = await openStore({ path });
    const held = await createEmbeddedHost(store).openRun({ runId: 'held', agent: 'bank', input: [] });
    expect((await command('runs', 'cancel', 'held')).err).toBe(
      'Its process has been asked to end it, and does so within seconds.\n',
    );
    await held.close();
    await store.close();
  });

  test('is sent a message, which it reads when it is resumed', async () => {
    await start('bill', [calls('Ann')]);
    expect((await command('runs', 'send', 'bill', 'Hurry.')).err).toBe(
      'The message is sent. No process runs it: it is read when the run is resumed.\n',
    );
    vllm.script(answer({ content: 'I hurry.' }));
    expect((await program('runs', 'deny', 'bill')).out).toBe('I hurry.\n');
    expect(vllm.chatBodies().at(-1)?.messages).toMatchObject([{}, {}, {}, { role: 'user', content: 'Hurry.' }]);
    await expect(command('runs', 'send', 'bill', 'More.')).rejects.toThrow('The run bill is completed');
  });

  test('is watched to its end, which is the exit code', async () => {
    await start('bill', [calls('Ann')]);
    const { code, out } = await command('runs', 'watch', 'bill');
    expect([code, out]).toEqual([5, expect.stringMatching(/^turn 1: .*\n {2}pay\(.*\) {2}waits\nwaiting\n$/)]);
    const json = (await command('runs', 'watch', 'bill', '--json')).out.trimEnd().split('\n');
    expect(json.map((line) => JSON.parse(line).type)).toEqual(['run_start', 'turn_start', 'turn_end', 'run_end']);
    await read((store) => store.createRun({ runId: 'left', agent: 'bank', input: [] }));
    expect(await command('runs', 'watch', 'left')).toEqual({ code: 5, out: '', err: 'No process runs it.\n' });
  });

  test('is watched while it is under way', async () => {
    const store = await openStore({ path });
    const opened = await createEmbeddedHost(store).openRun({
      runId: 'bill',
      agent: 'bank',
      input: [{ role: 'user', content: 'Pay.' }],
    });
    const watching = command('runs', 'watch', 'bill');
    vllm.script(done);
    await run(bank, opened.run.input, { ...opened.options, client });
    await opened.close();
    const { code, out } = await watching;
    expect([code, out]).toEqual([0, 'turn 1: 12 tokens\nDone.\ncompleted\n']);
    await store.close();
  });
});

describe('sessions', () => {
  beforeEach(async () => {
    await read(async (store) => {
      await store.createSession({ sessionId: 'session-1', agent: 'bank', name: 'bills', folder: '/work' });
      const messages: Message[] = [
        { role: 'user', content: 'Pay.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'pay', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'It says ``` paid' },
        { role: 'assistant', content: 'Done.' },
      ];
      await store.appendMessages('session-1', { at: 0, messages });
    });
  });

  test('are listed', async () => {
    expect((await command('sessions')).out).toMatch(/^ {2}1 {2}bills +just now +4 messages {2}Pay\.\n$/);
    expect(JSON.parse((await command('sessions', 'list', '--json')).out)).toMatchObject({
      sessionId: 'session-1',
      length: 4,
    });
    expect((await command('sessions', 'list', '--agent', 'other')).err).toBe('There are no conversations.\n');
  });

  test('are shown as Markdown, found by name and by the beginning of the id', async () => {
    const shown = [
      '## Question\n\nPay.\n',
      '## Answer\n\npay\n```\n{}\n```\n',
      '## Result\n\n````\nIt says ``` paid\n````\n',
      '## Answer\n\nDone.\n',
    ].join('\n');
    for (const id of ['session-1', 'bills', 'sess']) expect((await command('sessions', 'show', id)).out).toBe(shown);
    await expect(command('sessions', 'show', 'ses')).rejects.toThrow(
      'The store has no conversation of the name or id ses.',
    );
  });

  test('are renamed, copied and exported', async () => {
    const saved: string[] = [];
    expect((await command('sessions', 'rename', 'bills', 'old bills')).code).toBe(0);
    const { out } = await command('sessions', 'fork', 'old bills', 'bills');
    const fork = await read((store) => store.readSession(out.trim()));
    expect([fork?.name, fork?.length, fork?.parent?.sessionId]).toEqual(['bills', 4, 'session-1']);
    const { io } = ioOf(['sessions', 'export', 'bills', 'a.jsonl'], {
      saveFile: async (_path, text) => {
        saved.push(text);
        return undefined;
      },
    });
    expect([await runStoreCommand(io), saved.join('').split('\n').length]).toEqual([0, 5]);
    await expect(command('sessions', 'export', 'bills', 'a.txt')).rejects.toThrow(UsageError);
  });
});

describe('store', () => {
  test('check says what is in it', async () => {
    await start('one', [done]);
    const { code, out } = await command('store', 'check', '--store', path);
    expect([code, out.replace(/\d+\.\d MB/, 'N MB')]).toEqual([
      0,
      `${path}: N MB, 1 runs, 0 conversations, 0 messages\n✓ The store is whole.\n`,
    ]);
  });

  test('check finds a cut file, a file of another program, and no file', async () => {
    await start('one', [done]);
    truncateSync(path, statSync(path).size - 5000);
    const cut = await command('store', 'check', '--store', path);
    expect([cut.code, cut.out]).toEqual([1, expect.stringMatching(/^✗ /m)]);
    const other = join(folder, 'other.db');
    writeFileSync(other, 'not a database, and long enough to be looked at');
    expect((await command('store', 'check', '--store', other)).out).toContain('is damaged, or is no store');
    const none = join(folder, 'none.db');
    await expect(command('store', 'check', '--store', none)).rejects.toThrow(`There is no store ${none}.`);
    expect(statSync(none, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('export prints all runs and conversations, exactly', async () => {
    const hostile = 'a\x1b[2J\u202e\x7f\u2028\u200b"\\';
    await start('one', [done], hostile);
    await read((store) => store.createSession({ sessionId: 's', agent: 'bank', name: 'bills' }));
    const { code, out } = await command('store', 'export');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.map(({ type }) => type)]).toEqual([0, ['session', 'run']]);
    expect(lines[1]).toEqual({
      type: 'run',
      run: await read((store) => store.readRun('one')),
      steps: await read((store) => store.readSteps('one')),
      events: await read((store) => store.readEvents('one')),
      inbox: [],
    });
    expect(lines[1].run.input[0].content).toBe(hostile);
  });

  test('export goes through all pages', async () => {
    await read(async (store) => {
      for (let at = 0; at < 201; at++) await store.createRun({ runId: `run-${at}`, agent: 'bank', input: [] });
    });
    const { out } = await command('store', 'export');
    expect(
      new Set(
        out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).run.runId),
      ).size,
    ).toBe(201);
  });

  test('prune removes what is old, and no run that has not ended', async () => {
    await start('one', [done]);
    await start('two', [calls('Ann')]);
    const prune = async (clock: number) => {
      const { io, text } = ioOf(['store', 'prune', '--older-than', '30d'], { clock: () => clock });
      return [await runStoreCommand(io), text.err];
    };
    expect(await prune(NOW)).toEqual([0, '0 runs and 0 conversations were removed.\n']);
    expect(await prune(NOW + 31 * 86_400_000)).toEqual([0, '1 runs and 0 conversations were removed.\n']);
    expect((await read((store) => store.listRuns())).map(({ runId }) => runId)).toEqual(['two']);
  });
});

test('what is stored cannot control the terminal: in lists and pages it is shown as what it is', async () => {
  const hostile = 'x\x1b]0;PWNED\x07\u202e\u009b2J\ny';
  const id = 'run\u202eid-\u200b1';
  await read(async (store) => {
    await store.createSession({ sessionId: 'se\u202e1', agent: 'ba\u202enk', name: 'na\u200bme' });
    await store.appendMessages('se\u202e1', {
      at: 0,
      messages: [
        { role: 'user', content: hostile },
        {
          role: 'assistant',
          content: hostile,
          tool_calls: [{ id: hostile, type: 'function', function: { name: hostile, arguments: hostile } }],
        },
        { role: 'tool', tool_call_id: hostile, content: hostile },
      ],
    });
    const settings = { program: hostile, folder: hostile, model: hostile, servers: [hostile] };
    await store.createRun({ runId: id, agent: 'ba\u202enk', input: [{ role: 'user', content: hostile }], settings });
    const lease = await store.claimRun(id, { owner: 'own\u202eer', leaseMs: 1 });
    if (lease === undefined) throw new Error('It is new.');
    await store.recordEvent(lease, 0, { type: 'run_start', runId: id, agent: hostile, messages: [] });
    const approvals = [{ id: hostile, callId: hostile, toolName: hostile, arguments: { [hostile]: hostile } }];
    await store.releaseRun(lease, { outcome: { type: 'waiting', approvals } });
  });
  const shown = await Promise.all([
    command('runs'),
    command('runs', 'show', id),
    command('runs', 'watch', id),
    command('runs', 'resume', id),
    command('sessions'),
    command('sessions', 'show', 'na\u200bme'),
  ]);
  for (const { out, err } of shown) {
    expect([...`${out}${err}`].filter((one) => one !== '\n' && /[\p{Cc}\u202e\u200b]/u.test(one))).toEqual([]);
  }
  // A conversation is a page of Markdown, whose lines are its own.
  for (const { out, err } of shown.slice(0, -1)) expect(`${out}${err}`).not.toMatch(/^y/m);
});
