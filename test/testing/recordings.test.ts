// Owns the claim that the fake answers as a real vLLM 0.32 was recorded to answer, field by field.

import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FakeChoice, FakePersonality } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';
import { readRecording, recordingNames } from '../support/recording.ts';

type Fields = Record<string, unknown>;

/** By name, so that one that gets lost is missed. */
const COMPARED = `
  bad-json bad-model bad-type continue-final forced-call-broken-stream
  forced-call-length forced-call-structural forced-call-structural-stream forced-unknown-tool json-schema-stream
  length logprobs max-tokens-huge models n2-stream
  no-messages noflags-tools-auto noflags-tools-named noflags-tools-none noflags-tools-required
  not-found plain reasoning-strict-required-two-stream reasoning-think reasoning-think-budget
  reasoning-think-required reasoning-think-required-stream reasoning-think-stream reasoning-tools-auto-stream reasoning-tools-named
  replay-bad-args replay-reasoning stop-string stream-usage stream-usage-continuous
  strict-required strict-required-stream structured-two tokenize-messages tools-and-schema
  tools-auto-stream tools-empty tools-named-length tools-named-stream tools-required
  tools-required-length tools-required-length-stream tools-required-stream unknown-field version
`
  .trim()
  .split(/\s+/);

/** The three servers that were recorded. */
function personalityOf(name: string): FakePersonality {
  const common = { version: '0.32.0', models: [{ id: 'smollm2', maxModelLen: 8192 }] };
  if (name.startsWith('reasoning-')) return { ...common, apiKey: 'secret', promptTokensDetails: false };
  if (name.startsWith('noflags-'))
    return { ...common, toolParser: false, reasoningParser: false, promptTokensDetails: false };
  return { ...common, reasoningParser: false };
}

function eventsOf(body: string): Fields[] {
  const events = body.split('\n\n').filter((event) => event !== '' && event !== 'data: [DONE]');
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as Fields);
}

function choicesOf(value: Fields): Fields[] {
  return Array.isArray(value.choices) ? (value.choices as Fields[]) : [];
}

/** What the recorded answer meant, as a script: text, thinking, calls, how it ended. */
function meaningOf(body: string): FakeChoice[] {
  const parts = body.startsWith('data: ') ? eventsOf(body) : [JSON.parse(body) as Fields];
  const choices = new Map<
    number,
    { content: string[]; reasoning: string[]; calls: { name: string; fragments: string[] }[]; end: Fields }
  >();
  for (const entry of parts.flatMap(choicesOf)) {
    const index = Number(entry.index);
    const choice = choices.get(index) ?? { content: [], reasoning: [], calls: [], end: {} };
    choices.set(index, choice);
    const part = (entry.delta ?? entry.message) as Fields;
    if (typeof part.content === 'string' && part.content !== '') choice.content.push(part.content);
    if (typeof part.reasoning === 'string') choice.reasoning.push(part.reasoning);
    for (const call of (part.tool_calls ?? []) as Fields[]) {
      const { name, arguments: text } = call.function as Fields;
      if (typeof name === 'string') choice.calls.push({ name, fragments: [] });
      if (typeof text === 'string') choice.calls.at(-1)?.fragments.push(text);
    }
    if (entry.finish_reason !== null) choice.end = entry;
  }
  return [...choices.values()].map(({ content, reasoning, calls, end }) => ({
    content,
    reasoning,
    toolCalls: calls.map((call) => ({ ...call, arguments: undefined })),
    finishReason: end.finish_reason as string,
    stopReason: (end.stop_reason ?? null) as string | null,
  }));
}

/** Values that tell what kind of thing they stand in; all others are compared by their type. */
const TELLING = new Set([
  'object',
  'role',
  'type',
  'finish_reason',
  'stop_reason',
  'content',
  'reasoning',
  'name',
  'arguments',
  'index',
  'owned_by',
]);

/** The value with what is random replaced by its type, and ids by their form. */
function shapeOf(value: unknown, key = ''): unknown {
  if (value === null) return null;
  if (Array.isArray(value))
    return key === 'tokens' || key === 'bytes' ? ['number'] : value.map((entry) => shapeOf(entry, key));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shapeOf(entry, name)]));
  if (TELLING.has(key)) return value;
  if (key === 'id') return String(value).replace(/[0-9a-f]{8,}$/, '<hex>');
  if (key === 'system_fingerprint') return String(value).replace(/-[0-9a-f]{8}$/, '-<hex>');
  return typeof value;
}

/** A stream as one list of event shapes a choice: how the choices of a stream interleave is chance, all else is compared. */
function streamShape(body: string): unknown {
  const lists = new Map<string, unknown[]>();
  for (const event of eventsOf(body)) {
    const [choice] = choicesOf(event);
    const of = String(choice?.index ?? 'none');
    lists.set(of, [...(lists.get(of) ?? []), shapeOf(event)]);
  }
  return { lists: Object.fromEntries(lists), isDone: body.endsWith('data: [DONE]\n\n') };
}

async function askFake(name: string): Promise<{ status: number; type: string | undefined; body: string }> {
  const recording = readRecording(name);
  const { method, path, body: sent } = recording.request;
  await using vllm = await startFakeVllm(personalityOf(name));
  const isAnswer = recording.response.status === 200 && path === '/v1/chat/completions';
  if (isAnswer) vllm.script(answer({ choices: meaningOf(recording.response.body) }));
  const headers = {
    'content-type': 'application/json',
    ...(name.startsWith('reasoning-') && { authorization: 'Bearer secret' }),
  };
  const text = typeof sent === 'string' || sent === undefined ? sent : JSON.stringify(sent);
  const response = await request(new URL(path, vllm.baseUrl), { method: method as 'GET', headers, body: text ?? null });
  const type = response.headers['content-type'];
  return {
    status: response.statusCode,
    type: typeof type === 'string' ? type : undefined,
    body: await response.body.text(),
  };
}

test('the recordings that are compared are all that are there', () => {
  expect(recordingNames.toSorted()).toEqual(COMPARED.toSorted());
});

describe.each(recordingNames)('%s', (name) => {
  const { response } = readRecording(name);

  test('is answered as it was recorded', async () => {
    const fake = await askFake(name);
    expect({ status: fake.status, type: fake.type }).toEqual({
      status: response.status,
      type: response.headers['content-type'],
    });
    if (response.status >= 400) expect(JSON.parse(fake.body)).toEqual(JSON.parse(response.body));
    else if (response.body.startsWith('data: ')) expect(streamShape(fake.body)).toEqual(streamShape(response.body));
    else expect(shapeOf(JSON.parse(fake.body))).toEqual(shapeOf(JSON.parse(response.body)));
  });
});
