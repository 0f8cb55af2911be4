// Owns claims about the endpoints of embedding and ranking models.

import { describe, expect, test } from 'vitest';
import { VllmClient } from '../../src/index.ts';
import { pair, rejection } from '../support/client-helpers.ts';
import { startManualServer } from '../support/manual-server.ts';

const POOLING = { pooling: true } as const;
const DOCUMENTS = ['A cat sleeps.', 'Rain falls on Paris.', 'The rain in Spain'];

/** What the client makes of an answer with this body, or the error. */
async function answered<T>(body: string, work: (client: VllmClient) => Promise<T>): Promise<T | unknown> {
  await using server = await startManualServer();
  await using client = new VllmClient(server.baseUrl, { maxRetries: 0 });
  const result = work(client).catch((error: unknown) => error);
  const exchange = await server.next();
  exchange.begin('application/json');
  exchange.end(body);
  return await result;
}

describe('embeddings', () => {
  test('are vectors in the order of the inputs, with the token counts', async () => {
    await using both = await pair([], {}, POOLING);
    const input = ['rain in Paris', 'rain in Rome', 'a cat'];
    const { data, model, usage } = await both.client.embeddings.create({ model: 'fake', input });
    const [paris, rome, cat] = data.map(({ embedding }) => embedding);
    const near = (a: readonly number[] = [], b: readonly number[] = []): number =>
      a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(near(paris, rome)).toBeGreaterThan(near(paris, cat));
    expect([model, usage?.prompt_tokens, usage?.total_tokens]).toEqual(['fake', 8, 8]);
    expect(both.vllm.requests[0]?.body).toEqual({ model: 'fake', input });
  });

  test('are the same numbers when they travel as base64', async () => {
    await using both = await pair([], {}, POOLING);
    const params = { model: 'fake', input: 'rain in Paris', dimensions: 5 } as const;
    const plain = await both.client.embeddings.create(params);
    const packed = await both.client.embeddings.create({ ...params, encoding_format: 'base64' });
    expect(packed.data).toEqual(plain.data);
    expect(plain.data[0]?.embedding).toHaveLength(5);
  });

  test('of a conversation and of token ids are asked for as they are given', async () => {
    await using both = await pair([], {}, POOLING);
    const messages = [{ role: 'user', content: 'rain' }] as const;
    await both.client.embeddings.create({ model: 'fake', messages, extra: { embed_dtype: 'float32' } });
    await both.client.embeddings.create({ model: 'fake', input: [1, 2, 3] });
    expect(both.vllm.requests.map(({ body }) => body)).toEqual([
      { model: 'fake', messages, embed_dtype: 'float32' },
      { model: 'fake', input: [1, 2, 3] },
    ]);
  });

  test('out of order are put in order, and fields that are not known are kept', async () => {
    const data = [
      { index: 1, embedding: [2], odd: true },
      { index: 0, embedding: [1] },
    ];
    const body = JSON.stringify({ data, odd: 1 });
    const read = await answered(body, (client) => client.embeddings.create({ model: 'm', input: ['a', 'b'] }));
    expect(read).toEqual({ data: data.toReversed(), odd: 1 });
  });

  test.each([
    ['no list', '{}'],
    ['no vector', '{"data":[{"index":0}]}'],
    ['a vector of texts', '{"data":[{"index":0,"embedding":["a"]}]}'],
    ['half a number', '{"data":[{"index":0,"embedding":"AAAAAAA="}]}'],
    ['an empty text', '{"data":[{"index":0,"embedding":""}]}'],
  ])('that are none are told: %s', async (_name, body) => {
    expect(await answered(body, (client) => client.embeddings.create({ model: 'm', input: 'a' }))).toMatchObject({
      kind: 'InvalidResponseError',
      code: 'invalid_response',
    });
  });

  test.each([
    ['model', { input: 'a' }],
    ['input', { model: 'fake' }],
  ])('without %s send nothing', async (parameter, params) => {
    await using both = await pair([], {}, POOLING);
    expect(await rejection(both.client.embeddings.create(params as never))).toMatchObject({
      kind: 'MissingParameterError',
      parameter,
    });
    expect(both.vllm.requests).toEqual([]);
  });

  test('by a name that vLLM does not know are warned about', async () => {
    const names: string[] = [];
    await using both = await pair([], { onWarning: ({ parameter }) => names.push(parameter) }, POOLING);
    await both.client.embeddings.create({ model: 'fake', input: 'a', dimension: 3 } as never);
    expect(names).toEqual(['dimension']);
  });
});

describe('a ranking', () => {
  test('has the most relevant document first, with its place', async () => {
    await using both = await pair([], {}, POOLING);
    const params = { model: 'fake', query: 'rain in Paris', documents: DOCUMENTS };
    const { results } = await both.client.rerank(params);
    expect(results).toEqual([
      { index: 1, document: { text: DOCUMENTS[1], multi_modal: null }, relevance_score: 2 / 3 },
      { index: 2, document: { text: DOCUMENTS[2], multi_modal: null }, relevance_score: 2 / 3 },
      { index: 0, document: { text: DOCUMENTS[0], multi_modal: null }, relevance_score: 0 },
    ]);
    expect(both.vllm.requests[0]).toMatchObject({ path: '/v1/rerank', body: params });
  });

  test('has only as many as were asked for', async () => {
    await using both = await pair([], {}, POOLING);
    const { results } = await both.client.rerank({ model: 'fake', query: 'cat', documents: DOCUMENTS, top_n: 1 });
    expect(results.map(({ index }) => index)).toEqual([0]);
  });

  test('without the documents, as some gateways send it, is read', async () => {
    const body = '{"results":[{"index":0,"relevance_score":0.5}]}';
    const read = await answered(body, (client) => client.rerank({ model: 'm', query: 'a', documents: ['b'] }));
    expect(read).toEqual({ results: [{ index: 0, relevance_score: 0.5 }] });
  });

  test.each([
    ['no results', '{}'],
    ['no score', '{"results":[{"index":0}]}'],
    ['no place', '{"results":[{"relevance_score":1}]}'],
  ])('that is none is told: %s', async (_name, body) => {
    const read = await answered(body, (client) => client.rerank({ model: 'm', query: 'a', documents: ['b'] }));
    expect(read).toMatchObject({ kind: 'InvalidResponseError', code: 'invalid_response' });
  });

  test.each(['model', 'query', 'documents'])('without %s sends nothing', async (parameter) => {
    await using both = await pair([], {}, POOLING);
    const params = { model: 'fake', query: 'a', documents: ['b'], [parameter]: undefined };
    expect(await rejection(both.client.rerank(params as never))).toMatchObject({
      kind: 'MissingParameterError',
      parameter,
    });
    expect(both.vllm.requests).toEqual([]);
  });
});

test('a server without such a model is told, and so is a wrong name and key', async () => {
  await using bare = await pair();
  await using both = await pair([], {}, { ...POOLING, apiKey: 'k' });
  const embed = (client: VllmClient) => rejection(client.embeddings.create({ model: 'other', input: 'a' }));
  const rank = (client: VllmClient) => rejection(client.rerank({ model: 'other', query: 'a', documents: ['b'] }));
  for (const ask of [embed, rank]) {
    expect(await ask(bare.client)).toMatchObject({ status: 404, code: 'not_found' });
    expect(await ask(both.client)).toMatchObject({ status: 401, code: 'unauthorized' });
    await using keyed = both.client.withApiKey('k');
    expect(await ask(keyed)).toMatchObject({ status: 404, code: 'model_not_found' });
  }
});
