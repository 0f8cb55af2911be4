// Owns claims about rendering a chat request without generating.

import { expect, test } from 'vitest';
import { VllmClient } from '../../src/index.ts';
import { HI, pair, rejection } from '../support/client-helpers.ts';
import { startManualServer } from '../support/manual-server.ts';

test('a rendered request has as many tokens as are counted, and the settings of the server', async () => {
  await using both = await pair([], {}, { scaleOut: true });
  const tools = [{ type: 'function', function: { name: 'f', defer_loading: true } }] as const;
  const params = { ...HI, tools, temperature: 0.5, session_id: 'talk', return_token_offsets: true } as const;
  const rendered = await both.client.chat.completions.render(params);
  const { tokens } = await both.client.tokenize({ messages: HI.messages, tools });
  expect(rendered.token_ids).toEqual(tokens);
  expect(rendered.token_offsets).toHaveLength(tokens.length);
  expect(rendered).toMatchObject({
    model: 'fake',
    sampling_params: { temperature: 0.5, max_tokens: 8192 - tokens.length },
    parse_context: { tools, tool_choice: 'auto' },
  });
  expect(both.vllm.requests[0]).toMatchObject({
    path: '/v1/chat/completions/render',
    headers: { 'x-session-id': 'talk' },
    body: params,
  });
  expect(both.vllm.requests[0]?.body).not.toHaveProperty('stream');
});

test('a request that would be refused is refused when it is rendered', async () => {
  await using both = await pair([], {}, { scaleOut: true });
  const { render } = both.client.chat.completions;
  expect(await rejection(render({ ...HI, tools: [] }))).toMatchObject({ status: 400, code: 'bad_request' });
  expect(await rejection(render({ ...HI, use_beam_search: true }))).toMatchObject({ status: 400 });
  expect(await rejection(render({ ...HI, model: 'other' }))).toMatchObject({ code: 'model_not_found' });
});

test('a server that does not render is told, with its own remedy', async () => {
  await using both = await pair();
  expect(await rejection(both.client.chat.completions.render(HI))).toMatchObject({
    status: 403,
    code: 'forbidden',
    message: expect.stringContaining('--enable-scale-out'),
  });
});

test.each(['model', 'messages'])('without %s nothing is sent', async (parameter) => {
  await using both = await pair([], {}, { scaleOut: true });
  const params = { ...HI, [parameter]: undefined };
  expect(await rejection(both.client.chat.completions.render(params as never))).toMatchObject({
    kind: 'MissingParameterError',
    parameter,
  });
  expect(both.vllm.requests).toEqual([]);
});

test.each(['{}', '[]', '{"token_ids":[1]}', '{"token_ids":1,"sampling_params":{}}'])(
  'an answer of another shape is told: %s',
  async (body) => {
    await using server = await startManualServer();
    await using client = new VllmClient(server.baseUrl, { maxRetries: 0 });
    const failed = rejection(client.chat.completions.render(HI));
    const exchange = await server.next();
    exchange.begin('application/json');
    exchange.end(body);
    expect(await failed).toMatchObject({ kind: 'InvalidResponseError', code: 'invalid_response' });
  },
);
