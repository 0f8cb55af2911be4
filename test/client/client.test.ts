// Owns claims about making a client, its copies, and what it sends by default.

import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MissingParameterError, VllmClient } from '../../src/index.ts';
import type { RecordedRequest } from '../../src/testing/index.ts';
import { answer } from '../../src/testing/index.ts';
import { HI, pair } from '../support/client-helpers.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the address', () => {
  test.each([
    ['http://host:8000/v1', 'http://host:8000/v1'],
    ['http://host:8000/v1/', 'http://host:8000/v1'],
    ['https://host/prefix/v1///', 'https://host/prefix/v1'],
  ])('%s is kept as %s', (given, kept) => {
    expect(new VllmClient(given).baseUrl).toBe(kept);
  });

  test('is localhost when nothing is said', () => {
    vi.stubEnv('VLLM_BASE_URL', '');
    expect(new VllmClient().baseUrl).toBe('http://localhost:8000/v1');
  });

  test('comes from the environment when nothing else is said', () => {
    vi.stubEnv('VLLM_BASE_URL', 'http://gpu:8000/v1');
    expect(new VllmClient().baseUrl).toBe('http://gpu:8000/v1');
    expect(new VllmClient({ baseURL: 'http://other/v1' }).baseUrl).toBe('http://other/v1');
  });

  test.each([
    [' http://host:8000/v1 \n', 'http://host:8000/v1'],
    ['\tHTTPS://host/v1/ ', 'HTTPS://host/v1'],
  ])('%j loses the white space around it', (given, kept) => {
    vi.stubEnv('VLLM_BASE_URL', given);
    expect([new VllmClient(given).baseUrl, new VllmClient().baseUrl]).toEqual([kept, kept]);
  });

  const example = 'http://localhost:8000/v1';
  test.each([
    ['localhost:8000/v1', `is "localhost:8000/v1": write http:// or https:// before it, as in ${example}.`],
    ['host', `is "host": write http:// or https:// before it, as in ${example}.`],
    ['//host/v1', `is "//host/v1": write http:// or https:// before it, as in ${example}.`],
    ['ftp://host/v1', `is "ftp://host/v1": it must be an http or https address such as ${example}.`],
    ['"http://host/v1"', 'is "\\"http://host/v1\\"": remove the quotation marks.'],
    ['http://host/v1 x', 'is "http://host/v1 x": remove the white space and the control characters in it.'],
    [
      'http://host/v1\u001b[31m',
      'is "http://host/v1\\u001b[31m": remove the white space and the control characters in it.',
    ],
    ['http://:8000/v1', `is "http://:8000/v1", which is not a valid URL: it must look like ${example}.`],
    [
      'http://host:8000/v1/chat/completions',
      'is "http://host:8000/v1/chat/completions", the address of one route: leave out /chat/completions, so that it ends in /v1.',
    ],
    [
      'http://host:8000/v1/models/',
      'is "http://host:8000/v1/models", the address of one route: leave out /models, so that it ends in /v1.',
    ],
    [
      'http://user:hunter2@host/v1',
      'is "http://…@host/v1" and holds credentials: use `apiKey` (VLLM_API_KEY) or `headers`.',
    ],
    ['user:hunter2@host/v1', `is "…@host/v1": write http:// or https:// before it, as in ${example}.`],
    [
      'http://host/v1?key=hunter2',
      'is "http://host/v1" with a query or a fragment: leave it out, and use `headers` for a key.',
    ],
  ])('%j is refused with its value and a remedy, and the variable where it was read from one', (given, what) => {
    vi.stubEnv('VLLM_BASE_URL', given);
    expect(refusalOf(() => new VllmClient(given))).toBe(`The base URL ${what}`);
    expect(refusalOf(() => new VllmClient())).toBe(`The base URL (VLLM_BASE_URL) ${what}`);
  });

  test.each([
    ['', 'is empty: give an address such as http://localhost:8000/v1.'],
    [null, 'is null: give a text such as http://localhost:8000/v1.'],
    [8000, 'is number: give a text such as http://localhost:8000/v1.'],
  ])('%j in a program is refused, whatever the environment says', (given, what) => {
    vi.stubEnv('VLLM_BASE_URL', 'http://elsewhere/v1');
    expect(refusalOf(() => new VllmClient(given as never))).toBe(`The base URL ${what}`);
  });
});

function refusalOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof MissingParameterError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('the key', () => {
  test('is sent as bearer token', async () => {
    await using both = await pair([answer({ content: 'yes' })], { apiKey: 'secret-key' }, { apiKey: 'secret-key' });
    const response = await both.client.chat.completions.create(HI);
    expect(response.choices[0].message.content).toBe('yes');
    expect(both.vllm.requests[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  test('is not sent when there is none', async () => {
    vi.stubEnv('VLLM_API_KEY', '');
    await using both = await pair([answer({ content: 'yes' })]);
    await both.client.chat.completions.create(HI);
    expect(both.vllm.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('comes from the environment', () => {
    vi.stubEnv('VLLM_API_KEY', 'from-env');
    expect(new VllmClient('http://host/v1').apiKey).toBe('from-env');
    expect(new VllmClient('http://host/v1', { apiKey: 'given' }).apiKey).toBe('given');
  });

  test('loses the white space around it, which files of secrets end in', async () => {
    await using both = await pair(
      [answer({ content: 'yes' })],
      { apiKey: '\ufeffsecret-key\r\n' },
      { apiKey: 'secret-key' },
    );
    await both.client.chat.completions.create(HI);
    expect(both.vllm.requests[0]?.headers.authorization).toBe('Bearer secret-key');
  });

  test.each([
    [
      'secret\nkey',
      'holds a line break as character 7: a key has ASCII letters, digits and signs only. Copy it again.',
    ],
    ['secret key', 'holds white space as character 7: a key has ASCII letters, digits and signs only. Copy it again.'],
    [
      'secr\u00e9t',
      'holds a character that is not ASCII as character 5: a key has ASCII letters, digits and signs only. Copy it again.',
    ],
    [
      'secret\u0000',
      'holds a control character as character 7: a key has ASCII letters, digits and signs only. Copy it again.',
    ],
    [null, 'is null: give a text, or leave it out.'],
  ])('%j is refused before anything is sent, and not shown', (given, what) => {
    expect(refusalOf(() => new VllmClient('http://host/v1', { apiKey: given as never }))).toBe(`The API key ${what}`);
    expect(refusalOf(() => new VllmClient('http://host/v1').withApiKey(given as never))).toBe(`The API key ${what}`);
  });

  test('of the environment is refused with the name of the variable', () => {
    vi.stubEnv('VLLM_API_KEY', 'secret\nkey');
    const what = 'holds a line break as character 7: a key has ASCII letters, digits and signs only. Copy it again.';
    expect(refusalOf(() => new VllmClient('http://host/v1'))).toBe(`The API key (VLLM_API_KEY) ${what}`);
  });

  test('is not shown by inspect or JSON', () => {
    const client = new VllmClient('http://host/v1', { apiKey: 'secret-key' });
    expect(inspect(client, { depth: 10, showHidden: true }) + JSON.stringify(client)).not.toContain('secret-key');
  });
});

describe('copies', () => {
  test('keep everything else, in any order', async () => {
    await using both = await pair([answer({ content: 'a' }), answer({ content: 'b' })], {
      headers: { 'X-Team': 'blue' },
    });
    const first = both.client.withApiKey('k').withTimeout(60_000);
    const second = both.client.withTimeout(60_000).withApiKey('k');
    for (const copy of [first, second]) {
      expect([copy.baseUrl, copy.apiKey]).toEqual([both.client.baseUrl, 'k']);
      await copy.chat.completions.create(HI);
    }
    const sent = both.vllm.requests.map(({ headers }) => [headers.authorization, headers['x-team']]);
    expect(sent).toEqual([
      ['Bearer k', 'blue'],
      ['Bearer k', 'blue'],
    ]);
  });

  test('leave the original as it was', () => {
    const client = new VllmClient('http://host/v1', { apiKey: 'old' });
    client.withApiKey('new');
    expect(client.apiKey).toBe('old');
  });
});

describe('headers', () => {
  test.each([
    [{ 'x-a': 'one\ntwo' }, 'The header "x-a" holds a line break as character 4, which a header cannot hold.'],
    [
      { 'x-a': '\u65e5' },
      'The header "x-a" holds a character that is not ASCII as character 1, which a header cannot hold.',
    ],
    [{ 'x a': 'b' }, 'The header "x a" has a name that HTTP does not allow.'],
    [{ 'x-a': undefined }, 'The header "x-a" is undefined: give a text.'],
  ])('%j are refused, of a client and of a request', async (headers, message) => {
    expect(refusalOf(() => new VllmClient('http://host/v1', { headers: headers as never }))).toBe(message);
    const client = new VllmClient('http://host/v1');
    expect(refusalOf(() => client.chat.completions.stream(HI, { headers: headers as never }))).toBe(message);
    await expect(client.models.list({ headers: headers as never })).rejects.toThrow(message);
  });

  test('name the session in a form that every header can hold', async () => {
    await using both = await pair([answer({ content: 'a' }), answer({ content: 'b' })]);
    await both.client.chat.completions.create({ ...HI, session_id: 'team-7' });
    await both.client.chat.completions.create({ ...HI, session_id: '\u65e5 1\ud800' });
    const sent = both.vllm.requests.map(({ headers }) => headers['x-session-id']);
    expect(sent).toEqual(['team-7', '%E6%97%A5%201%EF%BF%BD']);
  });
});

describe('options', () => {
  test.each([
    [{ timeoutMS: 5 }, 'there is no option `timeoutMS`. Did you mean `timeoutMs`?'],
    [{ timeout: 5 }, 'there is no option `timeout`: use `timeoutMs`.'],
    [{ defaultHeaders: {} }, 'there is no option `defaultHeaders`: use `headers`.'],
  ])('%j are unknown, to a client and to a request, and answered with the one that is meant', async (options, what) => {
    expect(refusalOf(() => new VllmClient('http://host/v1', options as never))).toBe(`VllmClient: ${what}`);
    const client = new VllmClient('http://host/v1');
    const ofRequest = `The options of a request: ${what}`;
    expect(refusalOf(() => client.completions.stream({ model: 'm', prompt: 'p' }, options as never))).toBe(ofRequest);
    await expect(client.chat.completions.create(HI, options as never)).rejects.toThrow(ofRequest);
    await expect(client.models.list(options as never)).rejects.toThrow(ofRequest);
  });

  test('that are near to none are answered with all there are', () => {
    const message = refusalOf(() => new VllmClient({ zzzz: 1 } as never));
    expect(message).toMatch(/^VllmClient: there is no option `zzzz`\. The options are headers, .*, random\.$/);
  });

  test.each([
    [{ timeoutMs: -1 }, /timeoutMs/],
    [{ maxRetries: Number.NaN }, /maxRetries/],
    [{ maxEventChars: '5' as never }, /maxEventChars/],
  ])('%j are refused with the name of the option', (options, message) => {
    expect(() => new VllmClient('http://host/v1', options)).toThrow(message);
  });

  test('a limit that no timer can keep is no limit', async () => {
    await using both = await pair([answer({ content: 'a' })], {
      timeoutMs: Number.POSITIVE_INFINITY,
      totalTimeoutMs: 1e12,
    });
    expect((await both.client.chat.completions.create(HI)).choices[0].message.content).toBe('a');
  });
});

test('many requests at once on one client are all answered', async () => {
  await using both = await pair([], {}, { respond: ({ body }) => answer({ content: lastText(body) }) });
  const asked = Array.from({ length: 200 }, (_, at) => `question ${at}`);
  const answers = await Promise.all(
    asked.map((content) => both.client.chat.completions.create({ ...HI, messages: [{ role: 'user', content }] })),
  );
  expect(answers.map((response) => response.choices[0].message.content)).toEqual(asked);
});

function lastText(body: RecordedRequest['body']): string {
  const messages = body?.messages as readonly { readonly content: string }[] | undefined;
  return messages?.at(-1)?.content ?? '';
}
