// Owns rendering a step as status, headers and bytes, for the route and for `stream`. Sending them is left to `delivery.ts`.

import { chatEvents, completionEvents } from './answer-chunks.ts';
import type { Exchange } from './answer-json.ts';
import { chatJson, completionJson } from './answer-json.ts';
import type { Payload } from './delivery.ts';
import { generateChoice } from './generated-choice.ts';
import { hash } from './hash.ts';
import type { Personality } from './personality.ts';
import type { Answer, RecordedRequest, Reply, Step } from './steps.ts';

/** The chat route. The other route that generates is the one of legacy completions. */
export const CHAT = '/v1/chat/completions';

/** The answer that a step gives to this request. */
export function render(
  step: Exclude<Step, { kind: 'endless' }>,
  request: RecordedRequest,
  personality: Personality,
): Payload {
  switch (step.kind) {
    case 'reply':
      return renderReply(step);
    case 'raw': {
      const headers = { 'content-type': step.contentType ?? EVENT_STREAM };
      return { status: 200, headers, parts: [step.bytes] };
    }
    case 'answer':
      return renderAnswer(step, request, personality);
    default:
      return step satisfies never;
  }
}

const EVENT_STREAM = 'text/event-stream; charset=utf-8';

function renderReply({ status, headers = {}, body = '' }: Reply): Payload {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type: Record<string, string> = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  return { status, headers: { ...type, ...headers }, parts: text.length === 0 ? [] : [text] };
}

function renderAnswer(answer: Answer, request: RecordedRequest, personality: Personality): Payload {
  const isChat = request.path === CHAT;
  const body = request.body ?? {};
  const exchange = exchangeOf(request, personality, isChat ? 'chatcmpl' : 'cmpl');
  const choices = answer.choices ?? [answer];
  const generated = choices.map((choice, index) =>
    generateChoice(choice, body, personality, `${exchange.id}/${index}`),
  );
  if (body.stream === true) {
    const events = isChat ? chatEvents(answer, generated, exchange) : completionEvents(answer, generated, exchange);
    return { status: 200, headers: { 'content-type': EVENT_STREAM }, parts: events };
  }
  const json = isChat ? chatJson(answer, generated, exchange) : completionJson(answer, generated, exchange);
  return { status: 200, headers: { 'content-type': 'application/json' }, parts: [JSON.stringify(json)] };
}

function exchangeOf(request: RecordedRequest, personality: Personality, prefix: string): Exchange {
  const body = request.body ?? {};
  const id =
    request.headers['x-request-id'] ?? (typeof body.request_id === 'string' ? body.request_id : hash(request.rawBody));
  const model = typeof body.model === 'string' && body.model !== '' ? body.model : (personality.models[0]?.id ?? '');
  return { body, personality, id: `${prefix}-${id}`, model, created: Math.floor(Date.now() / 1000) };
}
