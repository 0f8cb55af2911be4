// Owns claims about an agent's file as a program: what it reads, what it prints where, how it exits.

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { defineTool } from '../../src/index.ts';
import type { AgentWithServersDefinition } from '../../src/setup/define-agent.ts';
import type { FakeVllmOptions, Step } from '../../src/testing/index.ts';
import { answer, reply, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';
import { createFakeIo, withoutDurations } from './fake-io.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
}

interface Setting {
  readonly steps?: readonly Step[];
  readonly server?: FakeVllmOptions;
  readonly input?: string;
  readonly isPiped?: boolean;
  readonly env?: Record<string, string>;
  readonly isTty?: boolean;
  readonly agent?: Partial<AgentWithServersDefinition>;
  readonly signal?: AbortSignal;
  readonly terminal?: Io['terminal'];
  /** Called with the spinner's tick when the server receives a chat request. */
  readonly onRequest?: (tick: () => void) => void;
}

async function program(args: readonly string[], setting: Setting = {}): Promise<Ran> {
  const {
    steps = [],
    server,
    input,
    isPiped = false,
    env = {},
    isTty = false,
    agent,
    signal = new AbortController().signal,
    terminal,
    onRequest,
  } = setting;
  await using vllm = await startFakeVllm(server);
  const { io, text, tick } = createFakeIo({
    args,
    env: { VLLM_BASE_URL: vllm.baseUrl, ...env },
    isTty,
    columns: 60,
    isPiped,
    readInput: async () => input,
    terminal,
    signal,
  });
  vllm.script(
    ...steps.map((step) => () => {
      onRequest?.(tick);
      return step;
    }),
  );
  const code = await main(weatherAgent({ description: 'Knows the weather.', ...agent }), io);
  return { code, out: text.out, err: withoutDurations(text.err), bodies: vllm.chatBodies() };
}

const CALL = answer({ reasoning: 'hm', toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] });
const FINAL = answer({ content: 'It is mild.' });

describe('a question', () => {
  test('is answered on standard output alone when that is piped', async () => {
    const { code, out, err } = await program(['Is', 'it', 'warm?'], { steps: [CALL, FINAL] });
    expect([code, out]).toEqual([0, 'It is mild.\n']);
    expect(err).toBe('✓ get_weather({"city":"Paris"}) N s  {"city":"Paris","temperature":20}\n');
  });

  test('is answered with thinking, calls in one line, and counts on a terminal', async () => {
    const { out, err } = await program(['Is it warm?'], { steps: [CALL, FINAL], isTty: true, env: { TERM: 'xterm' } });
    expect(out).toBe('It is mild.\n');
    expect(err.replace(/\d+ tokens/, 'N tokens')).toBe(
      [
        '\x1b[2mhm\x1b[22m',
        '\x1b[32m✓\x1b[39m get_weather({"city":"Paris"}) N s  {"city":"Paris","tem…',
        '\x1b[2mN tokens, N s\x1b[22m',
        '',
      ].join('\n'),
    );
  });

  test('shows a spinner while it waits, and clears it', async () => {
    const { out, err } = await program(['Is it warm?'], {
      steps: [FINAL],
      isTty: true,
      env: { NO_COLOR: '1' },
      onRequest: (tick) => {
        tick();
        tick();
      },
    });
    const shown = '\r⠋\r⠙\r\x1b[K';
    expect([out, err.slice(0, shown.length)]).toEqual(['It is mild.\n', shown]);
  });

  test('is answered without colours under NO_COLOR', async () => {
    const { err } = await program(['Is it warm?'], { steps: [CALL, FINAL], isTty: true, env: { NO_COLOR: '1' } });
    expect(err).toBe(stripVTControlCharacters(err));
  });

  test.each<[string, readonly string[], string]>([
    ['is what is piped in', [], 'the log'],
    ['is what is piped in, on request', ['-'], 'the log'],
    ['has what is piped in added on request', ['what', 'broke?', '-'], 'what broke?\n\nthe log'],
    ['has it added after its words, wherever the request stands', ['-', 'what broke?'], 'what broke?\n\nthe log'],
  ])('%s', async (_name, args, content) => {
    const { bodies, err } = await program(args, { steps: [FINAL], input: 'the log\n', isPiped: true });
    expect([bodies[0]?.messages, err]).toEqual([[{ role: 'user', content }], '']);
  });

  test.each([
    [true, 'The piped input is not read: add - to have it read after the question.\n'],
    [false, ''],
  ])('leaves the input alone, and says so where that is a pipe: %s', async (isPiped, told) => {
    const { code, bodies, err } = await program(['what broke?'], { steps: [FINAL], input: 'the log\n', isPiped });
    expect([code, bodies[0]?.messages, err]).toEqual([0, [{ role: 'user', content: 'what broke?' }], told]);
  });

  test.each([
    ['nothing', undefined],
    ['nothing but an empty pipe', ' \n'],
  ])('that is %s is a usage error', async (_name, input) => {
    const { code, err } = await program([], input === undefined ? {} : { input });
    expect([code, err]).toEqual([
      2,
      'No question was given: write one after the flags, or pipe one in.\nRun npx tsx agents/weather.ts --help for usage.\n',
    ]);
  });
});

describe('flags', () => {
  test('--json prints one event a line, from start to end', async () => {
    const { out } = await program(['--json', 'x'], { steps: [CALL, FINAL] });
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['run_start', 'run_end']);
  });

  test('--model, --max-turns, --tool-choice and --no-tools do what they say', async () => {
    const server = {
      models: [
        { id: 'fake', maxModelLen: 8192 },
        { id: 'other', maxModelLen: 8192 },
      ],
    };
    const named = await program(['--model', 'other', '--tool-choice', 'get_weather', 'x'], { steps: [FINAL], server });
    expect([named.bodies[0]?.model, named.bodies[0]?.tool_choice]).toEqual([
      'other',
      { type: 'function', function: { name: 'get_weather' } },
    ]);
    const bare = await program(['--no-tools', 'x'], { steps: [FINAL], agent: {} });
    expect(bare.bodies[0]).not.toHaveProperty('tools');
    expect((await program(['--max-turns', '1', 'x'], { steps: [CALL] })).code).toBe(3);
  });

  test('--verbose prints warnings', async () => {
    const broken = answer({ toolCalls: [{ name: 'get_weather', arguments: '{"city": "Paris"' }] });
    expect((await program(['-v', 'x'], { steps: [broken, FINAL] })).err).toContain('! arguments_repaired: ');
  });

  test('--help describes the agent, its tools, every flag and the exit codes', async () => {
    const { code, out } = await program(['--help']);
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 11)).toEqual([
      'weather: Knows the weather.',
      '',
      'Usage: npx tsx agents/weather.ts [flags] "question"',
      '       Piped input is the question; beside a question it is read only when - is added.',
      '       Without a question on a terminal, a chat starts.',
      '',
      'Tools:',
      '  get_weather  The weather of a city.',
      '  list_cities  All cities.',
      '  explode  Fails.',
      '',
    ]);
    const flags = [...out.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toEqual([
      'model',
      'base-url',
      'simulate',
      'max-turns',
      'tool-choice',
      'param',
      'no-tools',
      'approve',
      'mcp',
      'mcp-url',
      'json',
      'verbose',
      'doctor',
      'version',
      'help',
      'continue',
      'resume',
      'session',
      'store',
      'ephemeral',
    ]);
    expect(out).toContain('\nExit codes: 0 done, 1 failed, 2 usage, 3 limit, 4 empty, 5 waiting, 130 interrupted.\n');
  });

  test('--version prints a version', async () => {
    expect((await program(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [['--modle', 'x'], 'Unknown flag --modle. Did you mean --model?'],
    [['--max-turns', 'many', 'x'], '--max-turns takes a whole number of at least 1, not "many".'],
    [
      ['--tool-choice', 'nope', 'x'],
      'Unknown --tool-choice nope. Available: auto, required, get_weather, list_cities, explode.',
    ],
    [['--base-url', 'ftp://x', 'q'], 'The base URL (--base-url) is "ftp://x": it must be an http or https address'],
    [['--nope', 'x'], 'Unknown flag --nope.\nRun npx'],
    [['-', 'x'], '- stands for piped input, but there is none.'],
    [['--simulate', '--base-url', 'http://x/v1', 'q'], '--simulate uses no server: leave out --base-url.'],
    [['--simulate', '-m', 'x', 'q'], '--simulate uses no server: leave out --model.'],
    [['--simulate', '--doctor'], '--simulate uses no server: leave out --doctor.'],
    [['--param', 'stream=false', 'x'], '--param stream cannot be set: a run always reads a stream.'],
    [['--param', 'n=3', 'x'], '--param n cannot be set: a run goes on from one answer.'],
    [['--param', 'messages=[]', 'x'], '--param messages cannot be set: the conversation is the input of the run.'],
    [['--param', 'model=x', 'x'], '--param model cannot be set: use --model.'],
    [['--param', 'tool_choice=none', 'x'], '--param tool_choice cannot be set: use --tool-choice.'],
    [['--param', 'extra={"n":3}', 'x'], 'The options of the run: `params.extra.n` cannot be set'],
  ])('%j is a usage error', async (args, message) => {
    const { code, err } = await program(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('nothing fails in silence:', () => {
  const unknown =
    '`tempratur` is not a parameter that vLLM knows: vLLM would silently ignore it. Did you mean `temperature`? If your server knows it, pass it in `extra`.';

  test.each([[['x']], [['--json', 'x']]])('a parameter that vLLM does not know, with %j', async (args) => {
    const { code, err, bodies } = await program(['--param', 'tempratur=1', ...args], { steps: [FINAL] });
    expect([code, err, bodies[0]?.tempratur]).toEqual([0, `! ${unknown}\n`, 1]);
  });

  const lost =
    'The run goes on without it. MCP server `x`: `/no/such/program` did not start: there is no such command.';
  const agent = { mcpServers: { x: { command: '/no/such/program' } } };

  test('a server that is not there', async () => {
    const { code, out, err } = await program(['x'], { steps: [FINAL], agent });
    expect([code, out, err]).toEqual([0, 'It is mild.\n', `! provider_failed: ${lost}\n`]);
  });

  test('a server that is not there, among the events', async () => {
    const { code, out, err } = await program(['--json', 'x'], { steps: [FINAL], agent });
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const warnings = events.filter(({ type }) => type === 'warning').map(({ warning }) => warning);
    expect([code, err, warnings]).toEqual([0, '', [{ code: 'provider_failed', message: lost }]]);
  });

  test.each<[string, string, string, string]>([
    [
      'with wrong arguments',
      'get_weather',
      '{"town":"Oslo"}',
      '✗ get_weather({"town":"Oslo"})  This call did not run: its arguments do not fit. - city: …',
    ],
    ['of no tool', 'get_wether', '{}', '✗ get_wether({})  There is no tool `get_wether`. …'],
  ])('a call %s', async (_name, name, args, line) => {
    const call = answer({ toolCalls: [{ name, arguments: args }] });
    const { code, err } = await program(['x'], { steps: [call, FINAL] });
    const [told = '', ...rest] = err.split('\n');
    const start = line.slice(0, -1);
    expect([code, told.slice(0, start.length), rest]).toEqual([0, start, ['']]);
  });

  test('a call that is not allowed', async () => {
    const tools = [
      defineTool({
        name: 'pay',
        description: 'Pays.',
        parameters: z.object({}),
        execute: () => 1,
        needsApproval: true,
      }),
    ];
    const call = answer({ toolCalls: [{ name: 'pay', arguments: {} }] });
    const { err } = await program(['--approve', 'none', 'x'], { steps: [call, FINAL], agent: { tools } });
    expect(err).toBe('✗ pay({})  A person did not allow this call. Do not repeat it; find another way, or ask.\n');
  });

  test('a call that ran is told once', async () => {
    const calls = answer({ toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' }, id: 'same' }] });
    const wrong = answer({ toolCalls: [{ name: 'nope', arguments: {}, id: 'same' }] });
    const { err } = await program(['x'], { steps: [calls, wrong, FINAL] });
    expect(err.split('\n').map((line) => line.slice(0, 14))).toEqual(['✓ get_weather(', '✗ nope({})  Th', '']);
  });
});

describe('the model', () => {
  const agent = { model: undefined as never };

  test('left out is the only one that is served', async () => {
    expect((await program(['x'], { steps: [FINAL], agent })).bodies[0]?.model).toBe('fake');
  });

  test('left out of several is asked for', async () => {
    const server = {
      models: [
        { id: 'a', maxModelLen: 8192 },
        { id: 'b', maxModelLen: 8192 },
      ],
    };
    const { code, err } = await program(['x'], { server, agent });
    expect([code, err]).toEqual([1, expect.stringContaining('serves several models: a, b. Say which one')]);
  });
});

describe('a failure', () => {
  test('of the server is printed with its remedy', async () => {
    const { code, err, out } = await program(['x'], {
      steps: [reply({ status: 400, body: { error: { message: 'no', code: 400 } } })],
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('answered 400: no');
  });

  test('of a server that was named is never hidden by the simulator', async () => {
    const { code, err } = await program(['--base-url', 'http://127.0.0.1:9/v1', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('no connection (ECONNREFUSED)');
  });

  test('by an interrupt exits with 130', async () => {
    expect(await program(['x'], { signal: AbortSignal.abort() })).toEqual({
      code: 130,
      out: '',
      err: 'Interrupted.\n',
      bodies: [],
    });
  });

  test('by an empty answer exits with its own code', async () => {
    expect((await program(['x'], { steps: [answer({ content: ' ' }), answer({ content: ' ' })] })).code).toBe(4);
  });
});

test('an error of several lines cannot pass for lines of the program', async () => {
  const { err } = await program(['--param', 'x=1', '--nope\x1b[2J\n✓ all is well']);
  expect(err).toMatch(/␛\[2J\n {2}✓ all is well/);
});

test('escape sequences of a model do not reach the terminal: they are shown', async () => {
  const { out } = await program(['x'], { steps: [answer({ content: ['\x1b]0;title\x07a\x1b', '[31mb\x07'] })] });
  expect(out).toBe('␛]0;title␇a␛[31mb␇\n');
});
