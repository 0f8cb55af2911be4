// Owns claims about making a client, its copies, and what it sends by default.

import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VllmClient } from '../../src/index.ts';
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

  test.each(['ftp://host/v1', 'host:8000', '', 'http://user:pass@host/v1', 'http://host/v1?key=1'])(
    '%j is refused',
    (given) => {
      vi.stubEnv('VLLM_BASE_URL', 'ftp://nowhere');
      expect(() => new VllmClient(given)).toThrow(/base URL/);
    },
  );
});

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

describe('options', () => {
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
