// Owns the fake vLLM: a real HTTP server that answers by script, records every request, and checks that script and requests
// match. The answers themselves are left to the steps, the routes and the renderers.

import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { deliver, deliverEndless } from './delivery.ts';
import { errorReply } from './error-reply.ts';
import type { FakePersonality } from './personality.ts';
import { resolvePersonality } from './personality.ts';
import { plainAnswer } from './plain-routes.ts';
import { record } from './record.ts';
import { refusalOf } from './refusals.ts';
import { CHAT, render } from './render.ts';
import { describeMismatch } from './script-mismatch.ts';
import type { RecordedRequest, Responder, Step, StepFunction } from './steps.ts';

export interface FakeVllmOptions extends FakePersonality {
  /** Answers the requests for which no step is left. Without it, `assertDone` throws for such a request. */
  readonly respond?: Responder;
  /** Listens on this Unix socket instead of a port of 127.0.0.1. */
  readonly socketPath?: string;
  /** Speaks HTTPS with this certificate, in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A running fake vLLM. `await using` closes it, and throws when the script and the requests did not match. */
export interface FakeVllm extends AsyncDisposable {
  /** The address for a client, ending in `/v1`. */
  readonly baseUrl: string;
  /** The address without `/v1`, for `/health`, `/metrics` and similar routes. */
  readonly origin: string;
  /** Every request in order of arrival, including refused ones. */
  readonly requests: readonly RecordedRequest[];
  /** The parsed bodies of all chat requests, in order of arrival. */
  readonly chatBodies: () => readonly Readonly<Record<string, unknown>>[];
  /** Appends steps. Each answers one chat or completion request, in order. A request that the fake refuses by itself uses none. */
  readonly script: (...steps: readonly (Step | StepFunction)[]) => void;
  /** Throws when a step was not used, a request found no step, or a step failed. The message says which. */
  readonly assertDone: () => void;
  /** How many connections clients have opened. */
  readonly connections: () => number;
  /** Closes the server and all its connections. */
  readonly close: () => Promise<void>;
}

/** Starts a fake vLLM on a free port of 127.0.0.1. The caller closes it. */
export async function startFakeVllm(options: FakeVllmOptions = {}): Promise<FakeVllm> {
  const { respond, socketPath, tls, ...given } = options;
  const personality = resolvePersonality(given);
  const steps: (Step | StepFunction)[] = [];
  const requests: RecordedRequest[] = [];
  const surplus: RecordedRequest[] = [];
  const failures: unknown[] = [];

  const listener: RequestListener = async (incoming, response) => {
    const request = await record(incoming, response);
    requests.push(request);
    const answer = answerFor(request);
    try {
      if (answer.kind === 'endless') await deliverEndless(response, answer.of);
      else await deliver(response, render(answer, request, personality), answer);
    } catch (error) {
      // A step cannot be rendered, or its `release` rejects: end the connection, or the client would wait for the rest.
      failures.push(error);
      response.destroy();
    }
  };

  function answerFor(request: RecordedRequest): Step {
    const plain = plainAnswer(request, personality) ?? refusalOf(request.body, request.rawBody, personality);
    if (plain !== undefined) return plain;
    const step = steps.shift() ?? respond;
    try {
      const answer = typeof step === 'function' ? step(request) : step;
      if (answer !== undefined) return answer;
    } catch (error) {
      failures.push(error);
      return errorReply(500, 'The step function for this request threw: `assertDone` throws the cause.', null);
    }
    surplus.push(request);
    return errorReply(500, 'The fake vLLM has no step left for this request: add one with `script`.', null);
  }

  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  const baseUrl = await listen(server, socketPath, tls === undefined ? 'http' : 'https');

  function assertDone(): void {
    const mismatch = describeMismatch({ left: steps, requests, surplus, failures });
    if (mismatch === undefined) return;
    throw new Error(mismatch, failures.length === 0 ? undefined : { cause: failures[0] });
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return {
    baseUrl,
    origin: baseUrl.slice(0, -'/v1'.length),
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
