// Owns claims about which server a program talks to: never the simulator, unless it was asked for.

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { chooseServer } from '../../src/cli/server-choice.ts';
import { VllmError } from '../../src/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';
import { createFakeIo } from './fake-io.ts';

let silent: Server;
/** Takes connections and never answers, as a server does that is slow. */
let slow = '';
/** Nothing listens there. */
let dead = '';

beforeAll(async () => {
  silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
  const closed = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(silent, 'listening'), once(closed, 'listening')]);
  slow = addressOf(silent);
  dead = addressOf(closed);
  closed.close();
  await once(closed, 'close');
});

afterAll(() => void silent.close());

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

interface Wish {
  readonly baseUrl?: string | undefined;
  readonly isSimulated?: boolean;
}

async function choose(wish: Wish, local: string, env: Io['env'] = {}) {
  const { io, text } = createFakeIo({ env });
  try {
    await using server = await chooseServer(
      { baseUrl: wish.baseUrl, isSimulated: wish.isSimulated ?? false },
      io,
      local,
    );
    return { baseUrl: server.client.baseUrl, model: server.onlyModel, err: text.err };
  } catch (error) {
    if (!(error instanceof VllmError)) throw error;
    return { code: error.code, message: error.message, err: text.err };
  }
}

describe('without a name', () => {
  test('it is the one on this machine, also when it is slow', async () => {
    expect(await choose({}, slow)).toEqual({ baseUrl: slow, model: undefined, err: '' });
  });

  test.each<[string, Io['env']]>([
    ['no variable', {}],
    ['an empty variable', { VLLM_BASE_URL: '' }],
  ])('and with nobody there, with %s, it is an error with the words that help', async (_name, env) => {
    expect(await choose({}, dead, env)).toEqual({
      code: 'no_server',
      message: [
        `No vLLM is named, and nothing answers at ${dead}.`,
        'Name yours: VLLM_BASE_URL=http://host:8000/v1, in the environment or in a file .env in the current folder, or --base-url.',
        'To try the program without one, add --simulate: a built-in simulator answers then. It understands nothing, and your tools really run.',
      ].join('\n'),
      err: '',
    });
  });
});

describe('with a name', () => {
  test.each<[string, string | undefined, Io['env'], string]>([
    ['of the variable', undefined, { VLLM_BASE_URL: ' http://a/v1/ ' }, 'http://a/v1'],
    ['of the flag, which wins', 'http://b/v1', { VLLM_BASE_URL: 'http://a/v1' }, 'http://b/v1'],
  ])('%s it is that one, whether it is there or not', async (_name, baseUrl, env, chosen) => {
    expect(await choose({ baseUrl }, slow, env)).toEqual({ baseUrl: chosen, model: undefined, err: '' });
  });

  test.each<[string, string | undefined, Io['env'], string]>([
    ['variable', undefined, { VLLM_BASE_URL: 'gpu:8000/v1' }, 'The base URL (VLLM_BASE_URL) is "gpu:8000/v1"'],
    ['flag', 'gpu:8000/v1', {}, 'The base URL (--base-url) is "gpu:8000/v1"'],
    ['key', 'http://a/v1', { VLLM_API_KEY: 'a\nb' }, 'The API key (VLLM_API_KEY) holds a line break'],
  ])('that is wrong, the error names the %s', async (_name, baseUrl, env, start) => {
    await expect(choose({ baseUrl }, slow, env)).rejects.toThrow(start);
  });
});

describe('the simulator', () => {
  const says =
    'A built-in simulator answers, not a model: it understands nothing, but it calls your tools, which really run.';

  test.each<[string, Io['env'], string]>([
    ['whether a server is there or not', {}, ''],
    ['also over a variable, and says so', { VLLM_BASE_URL: 'http://a/v1' }, ' VLLM_BASE_URL is not used.'],
    ['whatever the key is', { VLLM_API_KEY: 'a\nb' }, ''],
  ])('answers when it is asked for, %s', async (_name, env, more) => {
    const baseUrl = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(await choose({ isSimulated: true }, slow, env)).toEqual({
      baseUrl,
      model: 'simulator',
      err: `${says}${more}\n`,
    });
  });

  test.each<[string, readonly string[], { readonly simulate?: boolean }]>([
    ['on the command line', ['--simulate', 'The weather in Paris'], {}],
    ['in the program', ['The weather in Paris'], { simulate: true }],
  ])('asked for %s plays a whole run, whatever model is named elsewhere', async (_name, args, options) => {
    const { io, text } = createFakeIo({ args, env: { VLLM_MODEL: 'other' } });
    const ran: string[] = [];
    expect(await main(weatherAgent({ model: 'a-model' }, ran), io, options)).toBe(0);
    expect(text.out).toMatch(/\(From the simulator, which only repeats what the tools returned\.\)\n$/);
    expect(text.err.split('\n')[0]).toBe(says);
  });

  test('of the program gives way to a server that the command line names', async () => {
    const { io, text } = createFakeIo({ args: ['--base-url', dead, 'x'] });
    expect(await main(weatherAgent(), io, { simulate: true })).toBe(1);
    expect(text.err).toContain('no connection (ECONNREFUSED)');
  });
});

test('an option that there is not, and an agent that is none, are misuse of runMain', async () => {
  const { io, text } = createFakeIo({ args: ['x'] });
  expect(await main(weatherAgent(), io, { simulated: true } as never)).toBe(2);
  expect(await main(undefined as never, io)).toBe(2);
  expect(text.err).toBe(
    'runMain: there is no option `simulated`. Did you mean `simulate`?\n' +
      'The agent to run is undefined: make it with defineAgent({ … }).\n',
  );
});
