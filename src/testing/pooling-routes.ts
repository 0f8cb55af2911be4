// Owns the fake's routes of embedding and ranking models, in the form of vLLM 0.33. The numbers are made up, but texts that share words are
// near each other, so that a tool which retrieves can be tested.

import { isObject } from '../core/json.ts';
import { errorReply } from './error-reply.ts';
import { hash } from './hash.ts';
import type { Personality } from './personality.ts';
import { badJson, unknownModel } from './refusals.ts';
import { refusedValue } from './refused-values.ts';
import type { RecordedRequest, Reply } from './steps.ts';
import { reply } from './steps.ts';
import { tokensOf } from './token-count.ts';

type Body = Readonly<Record<string, unknown>>;

const NO_ROUTE = { status: 404, body: { detail: 'Not Found' } } as const;

/** The length of a vector where the request asks for none. */
const DIMENSIONS = 16;

export function embed(request: RecordedRequest, personality: Personality): Reply {
  if (!personality.pooling) return reply(NO_ROUTE);
  const { body } = request;
  if (body === undefined) return badJson(request.rawBody);
  const refused = refusedPooling(body, personality);
  if (refused !== undefined) return refused;
  const inputs = inputsOf(body);
  if (inputs === undefined) return missing('input', body);
  const length = typeof body.dimensions === 'number' ? body.dimensions : DIMENSIONS;
  const data = inputs.map((text, index) => {
    const vector = vectorOf(text, length);
    const embedding = body.encoding_format === 'base64' ? base64Of(vector) : vector;
    return { index, object: 'embedding', embedding };
  });
  const tokens = inputs.reduce((sum, text) => sum + tokensOf(text).length, 0);
  const usage = {
    prompt_tokens: tokens,
    total_tokens: tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
    completion_tokens_details: null,
  };
  const created = Math.floor(Date.now() / 1000);
  const head = { id: idOf('embd', request), object: 'list', created, model: modelOf(body, personality) };
  return reply({ status: 200, body: { ...head, data, usage } });
}

export function rank(request: RecordedRequest, personality: Personality): Reply {
  if (!personality.pooling) return reply(NO_ROUTE);
  const { body } = request;
  if (body === undefined) return badJson(request.rawBody);
  const refused = refusedPooling(body, personality);
  if (refused !== undefined) return refused;
  const { query, documents, top_n: topN } = body;
  if (query === undefined) return missing('query', body);
  if (documents === undefined) return missing('documents', body);
  const given: readonly unknown[] = Array.isArray(documents) ? documents : [documents];
  const asked = wordsOf(textOf(query));
  const results = given
    .map((document, index) => ({
      index,
      document: typeof document === 'string' ? { text: document, multi_modal: null } : multiModal(document),
      relevance_score: share(asked, wordsOf(textOf(document))),
    }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
  const tokens = given.reduce((sum: number, text) => sum + tokensOf(textOf(query) + textOf(text)).length, 0);
  const count = typeof topN === 'number' && topN > 0 ? topN : results.length;
  return reply({
    status: 200,
    body: {
      id: idOf('score', request),
      model: modelOf(body, personality),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
      results: results.slice(0, count),
    },
  });
}

function refusedPooling(body: Body, personality: Personality): Reply | undefined {
  if ('normalize' in body) {
    const message = 'Parameter `normalize` was removed; use `use_activation` instead. (parameter=normalize)';
    return errorReply(400, message, 'normalize');
  }
  return refusedValue(body) ?? unknownModel(body, personality);
}

function missing(name: string, body: Body): Reply {
  const count = Object.keys(body).length;
  const fields = `'type': 'missing', 'loc': 'body.${name}', 'msg': 'Field required', 'input': '<dict of ${count} items>'`;
  return errorReply(400, `1 validation error:\n  {${fields}}`, `body.${name}`, 'Bad Request');
}

/** The texts to embed; token ids stand for a text of their own. */
function inputsOf({ input, messages }: Body): readonly string[] | undefined {
  if (typeof input === 'string') return [input];
  if (Array.isArray(input) && input.length > 0) {
    return input.every((entry) => typeof entry === 'number') ? [input.join(' ')] : input.map(textOf);
  }
  return Array.isArray(messages) ? [messages.map(textOf).join('\n')] : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  if (!isObject(value)) return value === undefined || value === null ? '' : String(value);
  return textOf(value.content ?? value.text);
}

function multiModal(document: unknown): object {
  return { text: null, multi_modal: isObject(document) ? (document.content ?? []) : [] };
}

function wordsOf(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
}

/** The share of the words of the first list that the second has. */
function share(asked: readonly string[], found: readonly string[]): number {
  if (asked.length === 0) return 0;
  return asked.filter((word) => found.includes(word)).length / asked.length;
}

/** Each word counts in one place of the vector; its length is 1. */
function vectorOf(text: string, length: number): readonly number[] {
  const counts = Array.from({ length }, () => 0);
  for (const word of wordsOf(text)) {
    const at = Number.parseInt(hash(word), 16) % length;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const norm = Math.hypot(...counts) || 1;
  return counts.map((count) => Math.fround(count / norm));
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * Float32Array.BYTES_PER_ELEMENT);
  return bytes.toString('base64');
}

function idOf(prefix: string, { headers, rawBody }: RecordedRequest): string {
  return `${prefix}-${headers['x-request-id'] ?? hash(rawBody)}`;
}

function modelOf({ model }: Body, { models }: Personality): string {
  return typeof model === 'string' && model !== '' ? model : (models[0]?.id ?? '');
}
