// Owns claims about how a script is compared with the requests, and about the routes that need no script.

import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FakeVllm } from '../../src/testing/index.ts';
import { answer, reply, startFakeVllm } from '../support/fake.ts';

const messages = [{ role: 'user', content: 'one two three' }];

async function post(
  vllm: FakeVllm,
  path = '/v1/chat/completions',
  body: object = { messages },
): Promise<[number, string]> {
  const response = await request(vllm.origin + path, { method: 'POST', body: JSON.stringify(body) });
  return [response.statusCode, await response.body.text()];
}

async function get(vllm: FakeVllm, path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const response = await request(vllm.origin + path, { headers });
  return [response.statusCode, await response.body.text()];
}

const MISMATCH = 'The script of the fake vLLM and the requests do not match.';

describe('a mismatch', () => {
  test('is reported with its steps and requests', async () => {
    const used = await startFakeVllm();
    used.script(answer({ content: 'one' }), reply({ status: 503 }), () => answer({}));
    expect(() => used.assertDone()).toThrow(
      new Error(`${MISMATCH} 3 unused step(s): answer "one", reply 503, a function.`),
    );
    await used.close();
    const asked = await startFakeVllm();
    asked.script(answer({ content: 'one' }));
    await post(asked);
    await post(asked);
    expect(() => asked.assertDone()).toThrow(
      new Error(`${MISMATCH} 1 request(s) without a step: request 2 (POST /v1/chat/completions).`),
    );
    await asked.close();
  });

  test('is a function that throws: the request gets a 500, and the script reports the cause', async () => {
    const vllm = await startFakeVllm();
    const cause = new Error('no such city');
    vllm.script(() => {
      throw cause;
    });
    expect((await post(vllm))[0]).toBe(500);
    expect(() => vllm.assertDone()).toThrow(expect.objectContaining({ cause }));
    expect(() => vllm.assertDone()).toThrow(`${MISMATCH} 1 failed answer(s): no such city.`);
    await vllm.close();
  });

  test('is a responder that returns nothing', async () => {
    const vllm = await startFakeVllm({
      respond: ({ body }) => (body?.seed === 1 ? answer({ content: 'a' }) : undefined),
    });
    expect((await post(vllm, undefined, { messages, seed: 1 }))[0]).toBe(200);
    vllm.assertDone();
    expect((await post(vllm))[0]).toBe(500);
    expect(() => vllm.assertDone()).toThrow(`${MISMATCH} 1 request(s) without a step: request 2 `);
    await vllm.close();
  });

  test('is none when steps come first and the responder answers the rest', async () => {
    await using vllm = await startFakeVllm({ respond: () => answer({ content: 'rest' }) });
    vllm.script(answer({ content: 'first' }));
    expect((await post(vllm))[1]).toContain('"content":"first"');
    expect((await post(vllm))[1]).toContain('"content":"rest"');
  });
});

describe('a route without a script', () => {
  test('answers unknown paths and unknown methods', async () => {
    await using vllm = await startFakeVllm();
    expect(await get(vllm, '/nothing')).toEqual([404, '{"detail":"Not Found"}']);
    expect(await get(vllm, '/v1/chat/completions')).toEqual([405, '{"detail":"Method Not Allowed"}']);
  });

  test('reports health, load and version of the personality', async () => {
    await using well = await startFakeVllm({ version: '0.33.1', load: 3 });
    await using dead = await startFakeVllm({ isHealthy: false });
    expect([await get(well, '/health'), await get(well, '/ping'), await get(dead, '/health')]).toEqual([
      [200, ''],
      [200, ''],
      [503, ''],
    ]);
    expect([await get(well, '/version'), await get(well, '/load')]).toEqual([
      [200, '{"version":"0.33.1"}'],
      [200, '{"server_load":3}'],
    ]);
  });

  test('needs the key only below /v1', async () => {
    await using vllm = await startFakeVllm({ apiKey: 'k' });
    expect(await get(vllm, '/v1/models')).toEqual([401, '{"error":"Unauthorized"}']);
    expect((await get(vllm, '/v1/models', { authorization: 'Bearer k' }))[0]).toBe(200);
    expect((await get(vllm, '/version'))[0]).toBe(200);
    expect((await post(vllm, '/tokenize', { prompt: 'a' }))[0]).toBe(200);
  });

  test('reports metrics with their types, and the load and the cache of the personality', async () => {
    await using vllm = await startFakeVllm({ load: 2, kvCacheUsage: 0.25 });
    const [, text] = await get(vllm, '/metrics');
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples).toContain('vllm:num_requests_running{engine="0",model_name="fake"} 2.0');
    expect(samples).toContain('vllm:kv_cache_usage_perc{engine="0",model_name="fake"} 0.25');
    const typed = [...text.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1] ?? '');
    expect(samples.filter((sample) => !typed.some((name) => sample.startsWith(name)))).toEqual([]);
  });

  test('counts tokens as the limit of the context does', async () => {
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 100 }] });
    const { count } = JSON.parse((await post(vllm, '/tokenize', { messages }))[1]) as { count: number };
    await using small = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: count }] });
    await using enough = await startFakeVllm({
      models: [{ id: 'fake', maxModelLen: count + 1 }],
      respond: () => answer({ content: 'fits' }),
    });
    expect((await post(small))[0]).toBe(400);
    expect((await post(enough))[0]).toBe(200);
  });
});
