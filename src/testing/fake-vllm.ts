// Owns the fake vLLM: a real HTTP server that answers by script, records what it was sent, and misses nothing.
// What it answers is left to the steps, the routes and the renderers.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isObject } from '../core/json.ts';
import { chatEvents, completionEvents } from './answer-chunks.ts';
import type { Exchange } from './answer-json.ts';
import { chatJson, completionJson } from './answer-json.ts';
import type { Payload } from './delivery.ts';
import { deliver, deliverEndless } from './delivery.ts';
import type { FakePersonality, Personality } from './personality.ts';
import { resolvePersonality } from './personality.ts';
import { plainAnswer } from './plain-routes.ts';
import { errorReply, refusalOf } from './refusals.ts';
import { hash, speak } from './spoken.ts';
import type { Answer, RecordedRequest, Reply, Step, StepFunction } from './steps.ts';

export interface FakeVllmOptions extends FakePersonality {
  /** Answers what no step is left for. Without it, such a request is a fault that `assertDone` throws. */
  readonly respond?: StepFunction;
  /** Listens on this Unix socket instead of a port of 127.0.0.1. */
  readonly socketPath?: string;
  /** Speaks HTTPS with this certificate, in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A running fake. `await using` closes it and fails when the script and the requests did not match. */
export interface FakeVllm extends AsyncDisposable {
  /** With its `/v1`, as a client wants it. */
  readonly baseUrl: string;
  /** Every request, in order of arrival, those refused included. */
  readonly requests: readonly RecordedRequest[];
  /** The bodies of the chat requests that were answered by a step or by `respond`, or refused. */
  readonly chatBodies: () => readonly Readonly<Record<string, unknown>>[];
  /** Adds steps; each answers one generating request, in order. Refusals that the server makes by itself use none. */
  readonly script: (...steps: readonly (Step | StepFunction)[]) => void;
  /** Throws when a step was not used or a request found none. */
  readonly assertDone: () => void;
  /** How many connections clients have opened. */
  readonly connections: () => number;
  /** Ends all connections. */
  readonly close: () => Promise<void>;
}

/** Starts a fake on a free port of 127.0.0.1. Whoever starts it closes it. */
export async function startFakeVllm(options: FakeVllmOptions = {}): Promise<FakeVllm> {
  const { respond, socketPath, tls, ...given } = options;
  const personality = resolvePersonality(given);
  const steps: (Step | StepFunction)[] = [];
  const requests: RecordedRequest[] = [];
  const surplus: RecordedRequest[] = [];

  const listener: RequestListener = async (incoming, response) => {
    const request = await record(incoming, response);
    requests.push(request);
    const answer = answerFor(request);
    if (answer.kind === 'endless') await deliverEndless(response, answer.of);
    else await deliver(response, render(answer, request, personality), answer);
  };

  function answerFor(request: RecordedRequest): Step {
    const plain = plainAnswer(request, personality) ?? refusalOf(request.body, request.rawBody, personality);
    if (plain !== undefined) return plain;
    const step = steps.shift() ?? respond;
    if (step === undefined) {
      surplus.push(request);
      return errorReply(500, 'The fake vLLM has no step left for this request: add one with `script`.', null);
    }
    return typeof step === 'function' ? step(request) : step;
  }

  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  const baseUrl = await listen(server, socketPath, tls === undefined ? 'http' : 'https');

  function assertDone(): void {
    const left = steps.length === 0 ? '' : `${steps.length} step(s) of the script were not used. `;
    const more = surplus.length === 0 ? '' : `${surplus.length} request(s) found no step. `;
    if (left + more !== '')
      throw new Error(`The fake vLLM's script and its requests do not match: ${left}${more}`.trim());
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return {
    baseUrl,
    requests,
    chatBodies: () => requests.flatMap(({ path, body }) => (path === CHAT && body !== undefined ? [body] : [])),
    script: (...more) => void steps.push(...more),
    assertDone,
    connections: () => connections,
    close,
    async [Symbol.asyncDispose]() {
      await close();
      assertDone();
    },
  };
}

const CHAT = '/v1/chat/completions';

async function listen(server: Server, socketPath: string | undefined, scheme: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  const address = server.address();
  const host = typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : 'localhost';
  return `${scheme}://${host}/v1`;
}

async function record(incoming: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const ended = new Promise<'answered' | 'aborted'>((resolve) => {
    response.once('close', () => resolve(response.writableFinished ? 'answered' : 'aborted'));
  });
  const parts: Uint8Array[] = [];
  try {
    for await (const part of incoming) parts.push(part);
  } catch {
    // The client left while it sent: `ended` tells.
  }
  const rawBody = Buffer.concat(parts).toString('utf8');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const path = (incoming.url ?? '').split('?')[0] ?? '';
  return { method: incoming.method ?? '', path, headers, body: parseBody(rawBody), rawBody, ended };
}

function parseBody(text: string): RecordedRequest['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the route refuses it.
    return undefined;
  }
}

function render(step: Exclude<Step, { kind: 'endless' }>, request: RecordedRequest, personality: Personality): Payload {
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
  return { status, headers: { ...type, ...headers }, parts: text.length === 0 ? [] : [text as string] };
}

function renderAnswer(answer: Answer, request: RecordedRequest, personality: Personality): Payload {
  const isChat = request.path === CHAT;
  const body = request.body ?? {};
  const exchange = exchangeOf(request, personality, isChat ? 'chatcmpl' : 'cmpl');
  const choices = answer.choices ?? [answer];
  const spoken = choices.map((choice, index) => speak(choice, body, personality, `${exchange.id}/${index}`));
  if (body.stream === true) {
    const events = isChat ? chatEvents(answer, spoken, exchange) : completionEvents(answer, spoken, exchange);
    return { status: 200, headers: { 'content-type': EVENT_STREAM }, parts: events };
  }
  const json = isChat ? chatJson(answer, spoken, exchange) : completionJson(answer, spoken, exchange);
  return { status: 200, headers: { 'content-type': 'application/json' }, parts: [JSON.stringify(json)] };
}

function exchangeOf(request: RecordedRequest, personality: Personality, prefix: string): Exchange {
  const body = request.body ?? {};
  const id =
    request.headers['x-request-id'] ?? (typeof body.request_id === 'string' ? body.request_id : hash(request.rawBody));
  const model = typeof body.model === 'string' && body.model !== '' ? body.model : (personality.models[0]?.id ?? '');
  return { body, personality, id: `${prefix}-${id}`, model, created: Math.floor(Date.now() / 1000) };
}
