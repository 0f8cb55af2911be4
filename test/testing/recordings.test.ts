// Owns the claim that the fake answers as a real vLLM 0.32 was recorded to answer, field by field.

import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FakeChoice, FakePersonality } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../support/fake.ts';
import { readRecording, recordingNames } from '../support/recording.ts';

type Fields = Record<string, unknown>;

/** The three servers that were recorded. */
function personalityOf(name: string): FakePersonality {
  const models = [{ id: 'smollm2', maxModelLen: 8192 }];
  if (name.startsWith('reasoning-')) return { models, apiKey: 'secret', promptTokensDetails: false };
  if (name.startsWith('noflags-'))
    return { models, toolParser: false, reasoningParser: false, promptTokensDetails: false };
  return { models, reasoningParser: false };
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
    { content: string[]; reasoning: string[]; calls: { name: string; arguments: string }[]; end: Fields }
  >();
  for (const entry of parts.flatMap(choicesOf)) {
    const index = Number(entry.index);
    const choice = choices.get(index) ?? { content: [], reasoning: [], calls: [], end: {} };
    choices.set(index, choice);
    const said = (entry.delta ?? entry.message) as Fields;
    if (typeof said.content === 'string' && said.content !== '') choice.content.push(said.content);
    if (typeof said.reasoning === 'string') choice.reasoning.push(said.reasoning);
    for (const call of (said.tool_calls ?? []) as Fields[]) {
      const { name, arguments: text = '' } = call.function as Fields;
      if (typeof name === 'string') choice.calls.push({ name, arguments: '' });
      const last = choice.calls.at(-1);
      if (last !== undefined) last.arguments += String(text);
    }
    if (entry.finish_reason !== null) choice.end = entry;
  }
  return [...choices.values()].map(({ content, reasoning, calls, end }) => ({
    content,
    reasoning,
    toolCalls: calls,
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
  'index',
  'owned_by',
  'id-form',
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

/**
 * A stream as one list of event shapes a choice, for choices interleave as they come. Pieces of arguments are compared
 * joined: where the model's tokens part them is chance.
 */
function streamShape(body: string): unknown {
  const lists = new Map<string, unknown[]>();
  const args = new Map<string, string>();
  for (const event of eventsOf(body)) {
    const [choice] = choicesOf(event);
    const of = String(choice?.index ?? 'none');
    const list = lists.get(of) ?? [];
    lists.set(of, list);
    for (const call of ((choice?.delta as Fields | undefined)?.tool_calls ?? []) as Fields[]) {
      const known = `${of}/${String(call.index)}`;
      args.set(known, (args.get(known) ?? '') + String((call.function as Fields).arguments ?? ''));
    }
    const shape = shapeOf(event);
    if (JSON.stringify(list.at(-1)) !== JSON.stringify(shape)) list.push(shape);
  }
  return {
    lists: Object.fromEntries(lists),
    arguments: Object.fromEntries(args),
    isDone: body.endsWith('data: [DONE]\n\n'),
  };
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

test('all 50 recordings are there', () => {
  expect(recordingNames).toHaveLength(50);
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
