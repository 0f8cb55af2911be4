// Owns claims about the chat: messages, commands, what Ctrl-C does, how calls are approved, MCP servers.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Io, PromptReply } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { Agent } from '../../src/index.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, raw, reply, startFakeVllm } from '../../src/testing/index.ts';
import { frame } from '../support/client-helpers.ts';
import { weatherAgent } from '../support/run-helpers.ts';
import { createFakeIo, createFakeTerminal } from './fake-io.ts';

/**
 * What the user does at a prompt; `interrupt while answering` waits for the first text of the answer, `interrupt while working` for what listens
 * to Ctrl-C.
 */
type Input = string | PromptReply | typeof INTERRUPT_ANSWER | typeof INTERRUPT_WORK;

interface Talk {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly prompts: readonly string[];
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** How the server saw each chat request end. */
  readonly ended: readonly ('answered' | 'aborted')[];
}

/** The contents of the messages of a request, the instructions aside. */
function contents(body: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const messages = Array.isArray(body?.messages) ? body.messages : [];
  return messages.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
}

const INTERRUPT: PromptReply = { type: 'interrupt' };
const INTERRUPT_ANSWER = 'interrupt while answering';
const INTERRUPT_WORK = 'interrupt while working';

/** Gives one input after the other; then the input ends. */
async function talk(
  inputs: readonly Input[],
  steps: readonly Step[],
  setting: Partial<Omit<Io, 'out' | 'err'>> & { readonly agent?: Agent } = {},
) {
  await using vllm = await startFakeVllm();
  vllm.script(...steps);
  const prompts: string[] = [];
  const left = [...inputs];
  const listeners: (() => void)[] = [];
  const terminal = createFakeTerminal(
    async (prompt) => {
      prompts.push(prompt);
      const next = left.shift();
      if (next === undefined || next === INTERRUPT_ANSWER || next === INTERRUPT_WORK) return { type: 'end' };
      return typeof next === 'string' ? { type: 'line', text: next } : next;
    },
    (listener) => {
      listeners.push(listener);
      if (left[0] === INTERRUPT_WORK) {
        left.shift();
        setImmediate(listener);
      }
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
  );
  const onWrite = (stream: 'out' | 'err'): void => {
    if (stream !== 'out' || left[0] !== INTERRUPT_ANSWER) return;
    left.shift();
    for (const listener of listeners) listener();
  };
  const env = { VLLM_BASE_URL: vllm.baseUrl, NO_COLOR: '1', VLLM_MODEL: 'fake' };
  const { agent = weatherAgent(), ...given } = setting;
  const { io, text } = createFakeIo({ env, isTty: true, terminal, onWrite, ...given });
  const code = await main(agent, io);
  const asked = vllm.requests.filter(({ path }) => path.endsWith('/chat/completions'));
  const ended = await Promise.all(asked.map((request) => request.ended));
  const talked: Talk = { code, ...text, prompts, bodies: vllm.chatBodies(), ended };
  return talked;
}

const BANNER = 'weather Type /help for the commands.\n';

describe('a chat', () => {
  test('goes on with its history, and ends with the input', async () => {
    const { code, out, bodies } = await talk(['one', 'two'], [answer({ content: 'I' }), answer({ content: 'II' })]);
    expect([code, out]).toEqual([0, 'I\nII\n']);
    expect(contents(bodies[1])).toEqual(['one', 'I', 'two']);
  });

  test.each<[string, readonly Input[], string]>([
    ['a line that ends in a backslash', ['a \\', 'b \\', 'c'], 'a \nb \nc'],
    ['a block between quotes', ['"""', 'a', '', '/help', 'b"""'], 'a\n\n/help\nb'],
    ['a block that begins on its line', ['"""a', '"""'], 'a'],
    ['pasted lines', ['a\nb'], 'a\nb'],
    ['pasted lines that begin with a slash', ['/help\nb'], '/help\nb'],
    ['a pasted block', ['"""\na\n\nb\n"""\n'], 'a\n\nb'],
  ])('takes %s as one message', async (_name, lines, message) => {
    const { bodies } = await talk(lines, [answer({ content: 'ok' })]);
    expect(contents(bodies[0])).toEqual([message]);
  });

  test('ignores an empty line', async () => {
    expect((await talk(['', '  '], [])).bodies).toEqual([]);
  });

  test('needs a terminal', async () => {
    const { code, err } = await talk([], [], { terminal: undefined });
    expect([code, err]).toEqual([
      2,
      'No question was given: write one after the flags, or pipe one in.\nRun npx tsx agents/weather.ts --help for usage.\n',
    ]);
  });

  test('goes on after an error of the server, and prints it', async () => {
    const steps = [reply({ status: 401, body: { error: 'Unauthorized' } }), answer({ content: 'II' })];
    const { code, out, err } = await talk(['one', 'two'], steps);
    expect([code, out]).toEqual([0, 'II\n']);
    expect(err).toContain('key');
  });
});

describe('Ctrl-C', () => {
  test('stops the answer, and the chat goes on with a history that can be sent', async () => {
    const begun = frame({ content: 'I am' });
    const stalled = raw({ bytes: begun, stallAfter: begun.length });
    const { code, bodies, ended } = await talk(['one', INTERRUPT_ANSWER, 'two'], [stalled, answer({ content: 'II' })]);
    expect([code, ended, contents(bodies[1])]).toEqual([0, ['aborted', 'answered'], ['one\n\ntwo']]);
  });

  test('twice at the prompt leaves', async () => {
    const { code, err } = await talk([INTERRUPT, INTERRUPT, 'never'], []);
    expect([code, err]).toEqual([130, `${BANNER}Press Ctrl-C again within 5 seconds or type /quit to leave.\n`]);
  });

  test.each<[string, readonly Input[], string]>([
    ['in a block', ['"""', 'a', INTERRUPT, 'b', '"""'], '""" ends the message.'],
    ['in a line that goes on', ['a\\', INTERRUPT, 'b'], 'An empty line ends the message.'],
  ])('once %s drops nothing', async (_name, inputs, hint) => {
    const { bodies, err } = await talk(inputs, [answer({ content: 'ok' })]);
    expect([contents(bodies[0]), err.includes(`${hint} Press Ctrl-C again within 5 seconds to drop it.\n`)]).toEqual([
      ['a\nb'],
      true,
    ]);
  });

  test('twice in a block drops the message, and says so', async () => {
    const { code, bodies, err } = await talk(['"""', 'a', INTERRUPT, INTERRUPT, 'one'], [answer({ content: 'I' })]);
    expect([code, contents(bodies[0])]).toEqual([0, ['one']]);
    expect(err).toContain(
      '""" ends the message. Press Ctrl-C again within 5 seconds to drop it.\nThe message was dropped.\n',
    );
  });

  const HAD_TEXT: PromptReply = { type: 'interrupt', hadText: true };

  test.each<[string, number, readonly Input[], number]>([
    ['at once', 0, [INTERRUPT, INTERRUPT], 130],
    ['after five seconds', 5000, [INTERRUPT, INTERRUPT], 130],
    ['after more', 5001, [INTERRUPT, INTERRUPT], 0],
    ['after more, and once again', 5001, [INTERRUPT, INTERRUPT, INTERRUPT], 0],
    ['on a line with text', 0, [HAD_TEXT, HAD_TEXT, HAD_TEXT], 0],
    ['after a line with text', 0, [HAD_TEXT, INTERRUPT], 0],
    ['before a line with text', 0, [INTERRUPT, HAD_TEXT, INTERRUPT], 0],
    ['after a command', 0, [INTERRUPT, '/usage', INTERRUPT], 0],
  ])('again %s leaves or not', async (_name, period, inputs, code) => {
    let now = 0;
    const clock = () => {
      now += period;
      return now;
    };
    expect((await talk(inputs, [], { now: clock })).code).toBe(code);
  });

  test('that ends the program ends a prompt too', async () => {
    const { code } = await talk([INTERRUPT], [], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
  });

  test('once at the prompt, and then a question, does not', async () => {
    const { code, out } = await talk([INTERRUPT, 'one', INTERRUPT, '/quit'], [answer({ content: 'I' })]);
    expect([code, out]).toEqual([0, 'I\n']);
  });
});

describe('the command', () => {
  test('/help lists the commands', async () => {
    const { err } = await talk(['/help'], []);
    const names = [...err.matchAll(/^ {2}\/(\w+) +\S/gm)].map(([, name]) => name);
    const others = ['sessions', 'rename', 'fork', 'undo', 'export'];
    expect(names).toEqual(['help', 'tools', 'model', 'usage', 'save', 'prompts', 'resources', ...others, 'quit']);
  });

  test('/tools lists the tools', async () => {
    expect((await talk(['/tools'], [])).err).toBe(
      `${BANNER}  get_weather  The weather of a city.\n  list_cities  All cities.\n  explode  Fails.\n`,
    );
  });

  test('/usage prints tokens, turns and messages', async () => {
    const { err } = await talk(['one', '/usage'], [answer({ content: 'I' })]);
    expect(err).toMatch(/\d+ tokens in 1 turns; the conversation has 2 messages\./);
  });

  test('/model lists, switches and refuses', async () => {
    const { err, bodies } = await talk(['/model', '/model gpt', '/model fake', 'x'], [answer({ content: 'I' })]);
    const replies = '* fake\nThe server has no model gpt. Available: fake.\nSwitched to fake.\n';
    expect([err.slice(0, BANNER.length + replies.length), bodies[0]?.model]).toEqual([BANNER + replies, 'fake']);
  });

  test('/save writes the state, from which a run can go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chat-'));
    const path = join(folder, 'x.json');
    const saveFile = async (to: string, text: string) => {
      await writeFile(to, text, { flag: 'wx' });
      return undefined;
    };
    const { err } = await talk(['/save', 'one', `/save ${path}`], [answer({ content: 'I' })], { saveFile });
    expect(err).toContain('There is nothing to save yet.\n');
    expect(err).toContain(`Saved to ${path}.\n`);
    const { agent, state } = JSON.parse(await readFile(path, 'utf8'));
    expect([agent, contents(state)]).toEqual(['weather', ['one', 'I']]);
    await rm(folder, { recursive: true });
  });

  test('that is misspelt gets a suggestion', async () => {
    expect((await talk(['/modle'], [])).err).toBe(`${BANNER}Unknown command /modle. Did you mean /model?\n`);
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

  test.each<[string, readonly Input[], readonly string[]]>([
    ['yes runs the call', ['go', 'y'], ['a']],
    ['no does not', ['go', 'n'], []],
    ['nothing does not', ['go', ''], []],
    ['Ctrl-C does not', ['go', INTERRUPT], []],
    ['an unknown reply asks again', ['go', 'what?', 'yes'], ['a']],
  ])('asks, with the arguments: %s', async (_name, inputs, ran) => {
    written.length = 0;
    const { err } = await talk(inputs, [calls('a'), answer({ content: 'ok' })], { agent });
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
    expect([code, err]).toEqual([
      5,
      expect.stringMatching(/^These calls need approval: write\.\n\d+ tokens, 0\.0 s\n$/),
    ]);
  });

  test.each([
    ['ask', '--approve ask needs a terminal: use --approve all or --approve none.'],
    ['maybe', '--approve takes ask, all or none, not "maybe".'],
  ])('--approve %s is refused with a reason', async (mode, reason) => {
    const { code, err } = await talk([], [], { agent, args: ['--approve', mode, 'go'], terminal: undefined });
    expect([code, err]).toEqual([2, `${reason}\nRun npx tsx agents/weather.ts --help for usage.\n`]);
  });
});

test('an approval of a call that was read from text says so, and is asked for each time', async () => {
  const ran: string[] = [];
  const tool = defineTool({
    name: 'write',
    description: 'Writes.',
    parameters: z.object({ text: z.string() }),
    needsApproval: true,
    execute: ({ text }) => void ran.push(text),
  });
  const written = (text: string) =>
    answer({ content: `<tool_call>{"name": "write", "arguments": {"text": "${text}"}}</tool_call>` });
  const steps = [written('a'), written('b'), written('c'), answer({ content: 'ok' })];
  const agent = defineAgent({ name: 'writer', tools: [tool], rescue: 'ask' });
  const { err, prompts } = await talk(['go', 'a', 'y', 'yes', 'n'], steps, { agent });
  expect(ran).toEqual(['a', 'b']);
  expect(err).toContain(
    'write wants to run with:\n{\n  "text": "a"\n}\nThe server did not parse this call: it was read from the text of the answer.\n',
  );
  expect(prompts.slice(1, -1)).toEqual(Array.from({ length: 4 }, () => 'Run it? y: yes, n: no [n] '));
});

test('an approval shows to the letter what would run', async () => {
  const tool = defineTool({
    name: 'write',
    description: 'Writes.',
    parameters: z.object({ path: z.string() }),
    needsApproval: true,
    execute: () => 'done',
  });
  const path = '/etc/\u202ehosts\u200b\u00a0\x1b[2J\u{e0041}';
  const steps = [answer({ toolCalls: [{ name: 'write', arguments: { path } }] }), answer({ content: 'ok' })];
  const { err } = await talk(['go', 'n'], steps, { agent: defineAgent({ name: 'writer', tools: [tool] }) });
  const shown = '"/etc/\\u202ehosts\\u200b\\u00a0\\u001b[2J\\udb40\\udc41"';
  expect(err).toContain(`write wants to run with:\n{\n  "path": ${shown}\n}\n`);
  expect(JSON.parse(shown)).toBe(path);
});

describe('what a server says about itself', () => {
  // One text for every field that a listing shows.
  const hostile = 'x\x1b]0;PWNED\x07\u202e\u009b2J\n  forged  A tool.';
  const server = `
    const text = ${JSON.stringify(hostile)};
    const results = {
      initialize: { protocolVersion: '2025-06-18', serverInfo: { name: text, version: text },
        capabilities: { tools: {}, prompts: {}, resources: {} } },
      'tools/list': { tools: [{ name: 't', description: text, inputSchema: { type: 'object' } }] },
      'prompts/list': { prompts: [{ name: text, description: text, arguments: [{ name: text, required: true }] }] },
      'resources/list': { resources: [{ uri: text, name: text }] },
      'resources/templates/list': { resourceTemplates: [] },
    };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      if (id === undefined) return;
      const result = results[method];
      const error = { code: -32603, message: text };
      console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }));
    });`;

  test('is visible and stays on its line in every list, and in its errors', async () => {
    const agent = defineAgent({
      name: hostile,
      description: hostile,
      mcpServers: { ev: { command: process.execPath, args: ['-e', server], connectTimeoutMs: 600_000 } },
    });
    const inputs = ['/tools', '/prompts', '/resources', `/prompts ev:p`, 'See @ev:r', `/${hostile.split('\n')[0]}`];
    const { err } = await talk(inputs, [answer({ content: 'ok' })], { agent });
    const line = 'x␛]0;PWNED␇\\u202e\\u009b2J   forged  A tool.';
    expect(err).toContain(`${line}: ${line} Type /help for the commands.\n`);
    expect(err).toContain('  ev__t  x␛]0;PWNED␇\\u202e\\u009b2J\n');
    expect(err).toContain(`  ev:${line} ${line}=…  ${line}\n`);
    expect(err).toContain(`  @ev:${line}  ${line}\n`);
    expect(err).toContain('Could not get the prompt ev:p: ');
    expect(err).toContain('@ev:r could not be read and was left out: ');
    expect(err).toContain('Unknown command /x␛]0;PWNED␇\\u202e\\u009b2J. ');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
    expect(err.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]|^ {2}forged/gm)).toBe(null);
  });
});

describe('servers in the chat', () => {
  const args = (path: string) => ['--mcp', path];

  async function withFile<T>(use: (path: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'chat-mcp-'));
    const path = join(folder, 'mcp.json');
    const server = join(process.cwd(), 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    await writeFile(
      path,
      JSON.stringify({ mcpServers: { ev: { command: process.execPath, args: [server], connectTimeoutMs: 600_000 } } }),
    );
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

  test('give prompts and resources for messages', async () => {
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
    expect(JSON.stringify(contents(bodies[0]))).toContain('Oslo');
    expect(String(contents(bodies[1]).at(-1))).toContain(`[${uri}]\nResource 1`);
    expect(err).toContain('@ev:nope://x could not be read and was left out: ');
    expect(err).toContain('Could not get the prompt ev:none: ');
    expect(err).toContain('Use SERVER:NAME. Servers: ev.\n');
  });

  test('ask for a form, field by field, which the user declines', async () => {
    const call = answer({ toolCalls: [{ name: 'ev__trigger-elicitation-request', arguments: {} }] });
    const { err, prompts } = await withFile((path) =>
      talk(['go', '', 'Ann', '/no'], [call, answer({ content: 'ok' })], { args: args(path) }),
    );
    expect(err).toContain('The server ev asks: ');
    expect(prompts.length).toBeGreaterThan(3);
  });

  test('that never answer are left by one Ctrl-C, and the chat goes on', async () => {
    const server = `
      const results = { initialize: { protocolVersion: '2025-06-18', serverInfo: { name: 's', version: '1' },
        capabilities: { prompts: {}, resources: {} } } };
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method } = JSON.parse(line);
        if (method in results) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }));
      });`;
    const mute = { command: process.execPath, args: ['-e', server], connectTimeoutMs: 600_000, timeoutMs: 600_000 };
    const agent = defineAgent({ name: 'waiter', mcpServers: { mute } });
    const work = ['/prompts', '/prompts mute:p', '/resources', 'See @mute:r'];
    const inputs = work.flatMap((line) => [line, INTERRUPT_WORK]);
    const { code, err, out, bodies } = await talk([...inputs, 'go on'], [answer({ content: 'on' })], { agent });
    expect([code, out, contents(bodies[0]), bodies.length]).toEqual([0, 'on\n', ['go on'], 1]);
    expect(err).toMatch(/^waiter Type \/help for the commands\.\n(Interrupted\.\n){4}\d+ tokens, 0\.0 s\n$/);
  });

  test('that are not there are told once, when the chat begins', async () => {
    const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { x: { command: '/no/such/program' } } });
    const steps = [answer({ content: 'I' }), answer({ content: 'II' })];
    const { err } = await talk(['one', 'two'], steps, { agent });
    const told =
      '! provider_failed: The run goes on without it. MCP server `x`: `/no/such/program` did not start: there is no such command.';
    expect(err.split('\n').filter((line) => line.includes('MCP server'))).toEqual([told]);
    expect(err.split('\n')[0]).toBe(told);
  });

  test.each([
    [
      ['--mcp', '/no/such.json', 'x'],
      2,
      '--mcp /no/such.json: The file /no/such.json cannot be read: there is no such file.\n',
    ],
    [
      ['--mcp=~/no/such.json', 'x'],
      2,
      `--mcp ~/no/such.json: The file ${join(homedir(), 'no/such.json')} cannot be read: there is no such file.\n`,
    ],
    [['--mcp-url', 'nope', 'x'], 2, '--mcp-url "nope" is not a URL that begins with http:// or https://.\n'],
    [
      ['--mcp-url', 'me:secret@host:80/mcp', 'x'],
      2,
      '--mcp-url "…@host:80/mcp" is not a URL that begins with http:// or https://.\n',
    ],
  ])('%j is refused with a reason', async (words, code, reason) => {
    const talked = await talk([], [], { args: words, terminal: undefined });
    expect([talked.code, talked.err.slice(0, reason.length)]).toEqual([code, reason]);
  });
});
