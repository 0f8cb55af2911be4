// Owns claims about an agent's file as a program: what it reads, what it prints where, how it exits.

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { AgentDefinition } from '../../src/index.ts';
import type { FakeVllmOptions, Step } from '../../src/testing/index.ts';
import { answer, reply, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';

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
  readonly env?: Record<string, string>;
  readonly isTty?: boolean;
  readonly agent?: Partial<AgentDefinition>;
  readonly signal?: AbortSignal;
  readonly terminal?: Io['terminal'];
}

async function program(args: readonly string[], setting: Setting = {}): Promise<Ran> {
  const {
    steps = [],
    server,
    input,
    env = {},
    isTty = false,
    agent,
    signal = new AbortController().signal,
    terminal,
  } = setting;
  await using vllm = await startFakeVllm(server);
  vllm.script(...steps);
  const text = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    isTty,
    columns: 60,
    write: (more: string) => {
      text[name] += more;
    },
  });
  const io: Io = {
    args,
    env: { VLLM_BASE_URL: vllm.baseUrl, ...env },
    out: output('out'),
    err: output('err'),
    readInput: async () => input,
    terminal,
    saveFile: async () => undefined,
    signal,
    now: () => 0,
    program: 'agents/weather.ts',
  };
  const code = await main(weatherAgent({ description: 'Knows the weather.', ...agent }), io);
  return { code, ...text, bodies: vllm.chatBodies() };
}

const CALL = answer({ reasoning: 'hm', toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] });
const FINAL = answer({ content: 'It is mild.' });

describe('a question', () => {
  test('is answered on standard output alone when that is piped', async () => {
    const { code, out, err } = await program(['Is', 'it', 'warm?'], { steps: [CALL, FINAL] });
    expect([code, out]).toEqual([0, 'It is mild.\n']);
    expect(err).toBe('✓ get_weather({"city":"Paris"}) 0.0 s  {"city":"Paris","temperature":20}\n');
  });

  test('is answered with thinking, calls in one line, and counts on a terminal', async () => {
    const { out, err } = await program(['Is it warm?'], { steps: [CALL, FINAL], isTty: true, env: { TERM: 'xterm' } });
    expect(out).toBe('It is mild.\n');
    expect(err).toContain('\x1b[2mhm\x1b[22m');
    const line = stripVTControlCharacters(err)
      .split('\n')
      .find((text) => text.startsWith('✓'));
    expect(line).toMatch(/^✓ get_weather\(\{"city":"Paris"\}\) 0\.0 s {2}.*…$/);
    expect(line).toHaveLength(60);
    expect(err).toMatch(/\d+ tokens, 0\.0 s/);
  });

  test('has no colour under NO_COLOR', async () => {
    const { err } = await program(['Is it warm?'], { steps: [CALL, FINAL], isTty: true, env: { NO_COLOR: '1' } });
    expect(err).not.toContain('\x1b[2m');
  });

  test('is what is piped in, or has it added', async () => {
    const alone = await program([], { steps: [FINAL], input: 'piped\n' });
    const both = await program(['what broke?'], { steps: [FINAL], input: 'the log\n' });
    expect(alone.bodies[0]?.messages).toEqual([{ role: 'user', content: 'piped' }]);
    expect(both.bodies[0]?.messages).toEqual([{ role: 'user', content: 'what broke?\n\nthe log' }]);
  });

  test.each([
    ['nothing', undefined],
    ['nothing but an empty pipe', ' \n'],
  ])('of %s is a mistake of use', async (_name, input) => {
    const { code, err } = await program([], input === undefined ? {} : { input });
    expect([code, err]).toEqual([
      2,
      'There is no question.\nnpx tsx agents/weather.ts --help tells what can be said.\n',
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
    expect(named.bodies[0]).toMatchObject({
      model: 'other',
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    const bare = await program(['--no-tools', 'x'], { steps: [FINAL], agent: {} });
    expect(bare.bodies[0]).not.toHaveProperty('tools');
    expect((await program(['--max-turns', '1', 'x'], { steps: [CALL] })).code).toBe(3);
  });

  test('--verbose tells warnings', async () => {
    const broken = answer({ toolCalls: [{ name: 'get_weather', arguments: '{"city": "Paris"' }] });
    expect((await program(['-v', 'x'], { steps: [broken, FINAL] })).err).toContain('! arguments_repaired: ');
  });

  test('--help tells of the agent, its tools, flags and exit codes', async () => {
    const { code, out } = await program(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('weather: Knows the weather.');
    expect(out).toContain('get_weather  The weather of a city.');
    expect(out).toContain('Exit codes: 0 done, 1 failed, 2 usage, 3 limit, 4 empty, 5 waiting, 130 interrupted.');
  });

  test('--version prints a version', async () => {
    expect((await program(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [['--modle', 'x'], 'There is no flag --modle. Did you mean --model?'],
    [['--max-turns', 'many', 'x'], '--max-turns takes a whole number, 1 or more; it was given "many".'],
    [
      ['--tool-choice', 'nope', 'x'],
      '--tool-choice nope: there are auto, required, get_weather, list_cities, explode.',
    ],
    [['--base-url', 'ftp://x', 'q'], 'The base URL must be an http or https address'],
  ])('%j is a mistake of use', async (args, message) => {
    const { code, err } = await program(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('the model', () => {
  const agent = { model: undefined as never };

  test('left out is the only one that is served', async () => {
    expect((await program(['x'], { steps: [FINAL], agent })).bodies[0]).toMatchObject({ model: 'fake' });
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

describe('what goes wrong', () => {
  test('on the server is told with its remedy, and fails', async () => {
    const { code, err, out } = await program(['x'], {
      steps: [reply({ status: 400, body: { error: { message: 'no', code: 400 } } })],
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('answered 400: no');
  });

  test('where a server was named is never covered up by the simulator', async () => {
    const { code, err } = await program(['--base-url', 'http://127.0.0.1:9/v1', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('no connection (ECONNREFUSED)');
  });

  test('as an interruption exits with 130', async () => {
    expect(await program(['x'], { signal: AbortSignal.abort() })).toMatchObject({ code: 130, err: 'Interrupted.\n' });
  });

  test('as an empty answer exits with its own code', async () => {
    expect((await program(['x'], { steps: [answer({ content: ' ' }), answer({ content: ' ' })] })).code).toBe(4);
  });
});

test('escape sequences of a model do not reach the terminal', async () => {
  const { out } = await program(['x'], { steps: [answer({ content: ['\x1b]0;title\x07a\x1b', '[31mb\x07'] })] });
  expect(out).toBe(']0;titlea[31mb\n');
});
