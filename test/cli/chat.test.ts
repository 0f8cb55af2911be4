// Owns claims about the chat: what a person can say, what Ctrl-C does, how calls are approved.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Answered, Io, Terminal } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { Agent } from '../../src/index.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, reply, startFakeVllm } from '../../src/testing/index.ts';
import { findUnsendable, weatherAgent } from '../support/run-helpers.ts';

type Said = string | Answered | (() => void);

interface Talk {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly prompts: readonly string[];
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
}

/** What was said in a request, the instructions aside. */
function said(body: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const messages = Array.isArray(body?.messages) ? body.messages : [];
  return messages.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
}

const INTERRUPT: Answered = { type: 'interrupt' };

/** Says one thing after the other; then the input ends. */
async function talk(said: readonly Said[], steps: readonly Step[], setting: Partial<Io> & { agent?: Agent } = {}) {
  await using vllm = await startFakeVllm();
  vllm.script(...steps);
  const text = { out: '', err: '' };
  const prompts: string[] = [];
  const left = [...said];
  const listeners: (() => void)[] = [];
  const terminal: Terminal = {
    ask: async (prompt) => {
      prompts.push(prompt);
      const next = left.shift();
      if (next === undefined || typeof next === 'function') return { type: 'end' };
      return typeof next === 'string' ? { type: 'line', text: next } : next;
    },
    onInterrupt: (listener) => {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
  };
  const output = (name: 'out' | 'err') => ({
    isTty: true,
    columns: 200,
    write: (more: string) => {
      text[name] += more;
      const next = left[0];
      if (name === 'out' && typeof next === 'function') {
        left.shift();
        next();
        for (const listener of listeners) listener();
      }
    },
  });
  const io: Io = {
    args: [],
    env: { VLLM_BASE_URL: vllm.baseUrl, NO_COLOR: '1', VLLM_MODEL: 'fake' },
    out: output('out'),
    err: output('err'),
    readInput: async () => undefined,
    terminal,
    saveFile: async () => undefined,
    signal: new AbortController().signal,
    now: () => 0,
    program: 'agents/a.ts',
    ...setting,
  };
  const code = await main(setting.agent ?? weatherAgent(), io);
  const talked: Talk = { code, ...text, prompts, bodies: vllm.chatBodies() };
  return talked;
}

describe('a chat', () => {
  test('goes on with its history, and ends with the input', async () => {
    const { code, out, bodies } = await talk(['one', 'two'], [answer({ content: 'I' }), answer({ content: 'II' })]);
    expect([code, out]).toEqual([0, 'I\nII\n']);
    expect(said(bodies[1])).toEqual(['one', 'I', 'two']);
  });

  test.each<[string, readonly Said[], string]>([
    ['a line that ends in a backslash', ['a \\', 'b \\', 'c'], 'a \nb \nc'],
    ['a block between quotes', ['"""', 'a', '', '/help', 'b"""'], 'a\n\n/help\nb'],
    ['a block that begins on its line', ['"""a', '"""'], 'a'],
    ['pasted lines', ['a\nb'], 'a\nb'],
  ])('takes %s as one message', async (_name, lines, message) => {
    const { bodies } = await talk(lines, [answer({ content: 'ok' })]);
    expect(said(bodies[0])).toEqual([message]);
  });

  test('passes over an empty line', async () => {
    expect((await talk(['', '  '], [])).bodies).toEqual([]);
  });

  test('is no chat when nobody is there', async () => {
    const { code, err } = await talk([], [], { terminal: undefined });
    expect([code, err]).toEqual([2, expect.stringContaining('There is no question.')]);
  });

  test('goes on after a server that fails, and tells why', async () => {
    const steps = [reply({ status: 401, body: { error: 'Unauthorized' } }), answer({ content: 'II' })];
    const { code, out, err } = await talk(['one', 'two'], steps);
    expect([code, out]).toEqual([0, 'II\n']);
    expect(err).toContain('key');
  });
});

describe('Ctrl-C', () => {
  test('stops the answer, and the chat goes on with a history that can be sent', async () => {
    const slow = answer({ content: 'a b c d e f', delayMs: 5 });
    const { code, bodies } = await talk(['one', () => {}, 'two'], [slow, answer({ content: 'II' })]);
    expect(code).toBe(0);
    expect(bodies).toHaveLength(2);
    expect(findUnsendable(bodies[1]?.messages as never)).toEqual([]);
  });

  test('twice at the prompt leaves', async () => {
    const { code, err } = await talk([INTERRUPT, INTERRUPT, 'never'], []);
    expect([code, err]).toEqual([130, expect.stringContaining('Ctrl-C again, or /quit, leaves.')]);
  });

  test('once at the prompt, and then a question, does not', async () => {
    const { code, out } = await talk([INTERRUPT, 'one', INTERRUPT, '/quit'], [answer({ content: 'I' })]);
    expect([code, out]).toEqual([0, 'I\n']);
  });
});

describe('the command', () => {
  test('/help names them all', async () => {
    const { err } = await talk(['/help'], []);
    for (const name of ['help', 'tools', 'model', 'usage', 'save', 'quit']) expect(err).toContain(`  /${name}`);
  });

  test('/tools lists the tools', async () => {
    expect((await talk(['/tools'], [])).err).toContain('  get_weather  ');
  });

  test('/usage tells what was used', async () => {
    const { err } = await talk(['one', '/usage'], [answer({ content: 'I' })]);
    expect(err).toMatch(/\d+ tokens in 1 turns; the conversation has 2 messages\./);
  });

  test('/model tells, changes and refuses', async () => {
    const { err, bodies } = await talk(['/model', '/model gpt', '/model fake', 'x'], [answer({ content: 'I' })]);
    expect(err).toContain('fake\n');
    expect(err).toContain('The server serves no gpt.');
    expect(err).toContain('The next answer is of fake.');
    expect(bodies[0]?.model).toBe('fake');
  });

  test('/save writes the state, from which a run can go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chat-'));
    const path = join(folder, 'x.json');
    const { writeFile } = await import('node:fs/promises');
    const saveFile = async (to: string, text: string) => {
      await writeFile(to, text, { flag: 'wx' });
      return undefined;
    };
    const { err } = await talk(['/save', 'one', `/save ${path}`], [answer({ content: 'I' })], { saveFile });
    expect(err).toContain('There is nothing to save yet.');
    expect(err).toContain(`Saved in ${path}.`);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      state: { messages: [{ content: 'one' }, { content: 'I' }] },
    });
    await rm(folder, { recursive: true });
  });

  test('that is misspelt is told the right one', async () => {
    expect((await talk(['/modle'], [])).err).toContain('Did you mean /model?');
  });

  test('/quit leaves', async () => {
    expect((await talk(['/quit', 'never'], [])).code).toBe(0);
  });
});

describe('an approval', () => {
  const written: string[] = [];
  const agent = defineAgent({
    name: 'writer',
    tools: [
      defineTool({
        name: 'write',
        description: 'Writes.',
        parameters: z.object({ text: z.string() }),
        needsApproval: true,
        execute: ({ text }) => {
          written.push(text);
          return 'done';
        },
      }),
    ],
  });
  const calls = (...texts: string[]) =>
    answer({ toolCalls: texts.map((text) => ({ name: 'write', arguments: { text } })) });

  test.each<[string, readonly Said[], readonly string[]]>([
    ['yes runs the call', ['go', 'y'], ['a']],
    ['no does not', ['go', 'n'], []],
    ['nothing does not', ['go', ''], []],
    ['Ctrl-C does not', ['go', INTERRUPT], []],
    ['what is no answer is asked again', ['go', 'what?', 'yes'], ['a']],
  ])('asks, with the arguments: %s', async (_name, said, ran) => {
    written.length = 0;
    const { err } = await talk(said, [calls('a'), answer({ content: 'ok' })], { agent });
    expect(written).toEqual(ran);
    expect(err).toContain('write wants to run with:\n{\n  "text": "a"\n}');
  });

  test('of several calls asks one after the other; a is for all of the tool', async () => {
    written.length = 0;
    const { prompts } = await talk(['go', 'a'], [calls('a', 'b', 'c'), answer({ content: 'ok' })], { agent });
    expect(written.toSorted()).toEqual(['a', 'b', 'c']);
    expect(prompts.filter((prompt) => prompt.startsWith('Run it?'))).toHaveLength(1);
  });

  test.each([
    ['all', ['a']],
    ['none', []],
  ])('--approve %s asks nobody', async (mode, ran) => {
    written.length = 0;
    const steps = [calls('a'), answer({ content: 'ok' })];
    const { code, prompts } = await talk([], steps, { agent, args: ['--approve', mode, 'go'], terminal: undefined });
    expect([written, code, prompts]).toEqual([ran, 0, []]);
  });

  test('that nobody can give ends the run as waiting', async () => {
    const { code, err } = await talk([], [calls('a')], { agent, args: ['go'], terminal: undefined });
    expect([code, err]).toEqual([5, expect.stringContaining('These calls need an approval: write.')]);
  });

  test.each([
    ['ask', 'needs a terminal'],
    ['maybe', 'takes ask, all or none'],
  ])('--approve %s is refused with a reason', async (mode, reason) => {
    const { code, err } = await talk([], [], { agent, args: ['--approve', mode, 'go'], terminal: undefined });
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
  });
});

describe('servers in the chat', () => {
  const args = (path: string) => ['--mcp', path];

  async function withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'chat-mcp-'));
    const path = join(folder, 'mcp.json');
    const server = join(process.cwd(), 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, JSON.stringify({ mcpServers: { ev: { command: process.execPath, args: [server] } } }));
    try {
      return await use(path);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test('have their prompts, resources and tools listed', async () => {
    const { err } = await withFile((path) => talk(['/prompts', '/resources', '/tools'], [], { args: args(path) }));
    expect(err).toContain('  ev:args-prompt city=…');
    expect(err).toContain('  @ev:demo://resource/');
    expect(err).toContain('  ev__echo  ');
  });

  test('say a prompt, and bring a resource into a message', async () => {
    const uri = 'demo://resource/dynamic/text/1';
    const { bodies, err } = await withFile((path) =>
      talk(
        [
          '/prompts ev:args-prompt city=Oslo',
          `Sum up @ev:${uri} and @ev:nope://x`,
          '/prompts ev:none',
          '/prompts gone:x',
        ],
        [answer({ content: 'I' }), answer({ content: 'II' })],
        { args: args(path) },
      ),
    );
    expect(JSON.stringify(said(bodies[0]))).toContain('Oslo');
    expect(String(said(bodies[1]).at(-1))).toContain(`[${uri}]\nResource 1`);
    expect(err).toContain('@ev:nope://x cannot be read and is left out');
    expect(err).toContain('The prompt ev:none was not given');
    expect(err).toContain('Write SERVER:NAME. The servers are: ev.');
  });

  test('ask for a form, field by field, and are told no', async () => {
    const call = answer({ toolCalls: [{ name: 'ev__trigger-elicitation-request', arguments: {} }] });
    const { err, prompts } = await withFile((path) =>
      talk(['go', '', 'Ann', '/no'], [call, answer({ content: 'ok' })], { args: args(path) }),
    );
    expect(err).toContain('The server ev asks: ');
    expect(prompts.length).toBeGreaterThan(3);
  });

  test.each([
    [['--mcp', '/no/such.json', 'x'], 1, '/no/such.json cannot be read'],
    [['--mcp-url', 'nope', 'x'], 2, '--mcp-url nope is no URL'],
  ])('%j is refused with a reason', async (words, code, reason) => {
    const talked = await talk([], [], { args: words, terminal: undefined });
    expect([talked.code, talked.err]).toEqual([code, expect.stringContaining(reason)]);
  });
});
