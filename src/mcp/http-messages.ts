// Owns reading messages out of HTTP responses, before the SDK does: up to a size whether compressed or not, in any form, and with an end for
// the request when its response ends without an answer. Which addresses are allowed is left to `guarded-fetch.ts`.

import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { isObject, parseJson } from '../core/json.ts';
import { AnswerError, ConnectionLoss } from './connection-error.ts';
import type { Fetch } from './guarded-fetch.ts';
import { MessageText } from './message-text.ts';
import type { RequestId } from './transport.ts';

/** What is known of the requests of a connection. */
export interface Peer {
  /** The request that a response belongs to; undefined for the stream of what belongs to none. */
  readonly currentRequest: RequestId | undefined;
  readonly isWaiting: (id: RequestId) => boolean;
  /** Takes any JSON value that the server sent. */
  readonly deliver: (value: unknown) => void;
  readonly fail: (id: RequestId, error: Error) => void;
  /** Fails all requests that wait. */
  readonly failAll: (error: Error) => void;
}

/** For what is no message: errors, and the pages of a sign-in. */
const MAX_OTHER_BYTES = 1024 * 1024;
/** A server that asks to be asked again at once would be asked without a pause. */
const MIN_RETRY_MS = 250;

/** The fetch for Streamable HTTP. The SDK sees of each message only what it needs to resume a stream. */
export function screenedFetch(plain: Fetch, peer: Peer): Fetch {
  return async (url, init) => {
    const response = await plain(url, init);
    const isMessage = new Headers(init?.headers).get('accept')?.includes('text/event-stream') === true;
    if (!isMessage || response.body === null) return isMessage ? answerless(response, peer) : bounded(response);
    if (!response.ok) return bounded(answerless(response, peer));
    const id = peer.currentRequest;
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type === 'text/event-stream') return withBody(response, messagesOf(response.body, peer, { request: id }));
    if (id === undefined || type !== 'application/json') return bounded(answerless(response, peer));
    const value = await readAnswer(response.body);
    const handOn = AsyncResource.bind(() => {
      peer.deliver(value);
      peer.fail(id, new AnswerError('answered something else than the request'));
    });
    // The SDK cancels or reads the body of what needs no answer, after it has read the session of the headers.
    const body = new ReadableStream<Uint8Array>(
      {
        cancel: handOn,
        pull: (controller) => {
          handOn();
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    return new Response(body, { status: ACCEPTED, headers });
  };
}

/** The fetch for the older SSE: one stream has the answers to all requests. */
export function streamFetch(plain: Fetch, peer: Peer): Fetch {
  return async (url, init) => {
    const response = await plain(url, init);
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (!response.ok || response.body === null || type !== 'text/event-stream') return bounded(response);
    return withBody(response, messagesOf(response.body, peer, 'all'));
  };
}

/** For everything that is no message. */
function bounded(response: Response, maxBytes = MAX_OTHER_BYTES): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > maxBytes) controller.error(new AnswerError(`gave an answer that is longer than ${maxBytes} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
  return withBody(response, counted);
}

const ACCEPTED = 202;
const METHOD_NOT_ALLOWED = 405;

function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

/** Fails a request that has got a response in which no answer can come. */
function answerless(response: Response, peer: Peer): Response {
  const id = peer.currentRequest;
  if (id === undefined) return response;
  if (response.status === ACCEPTED) peer.fail(id, new AnswerError('accepted the request and gave no answer'));
  // The stream was cut, and the server cannot go on with it.
  if (response.status === METHOD_NOT_ALLOWED && peer.isWaiting(id)) peer.fail(id, cutOff());
  return response;
}

async function readAnswer(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const message = new MessageText();
  for await (const bytes of body) {
    message.add(bytes);
    if (message.excess !== undefined) throw tooLong(message.excess);
  }
  const value = message.value();
  if (message.isLong) await setImmediate();
  if (value === undefined) throw new AnswerError('answered with text that is not JSON');
  return value;
}

/** The same stream for the SDK, with the ids of its events and without their messages, which are handed on here. */
function messagesOf(
  body: ReadableStream<Uint8Array>,
  peer: Peer,
  answers: { readonly request: RequestId | undefined } | 'all',
): ReadableStream<Uint8Array> {
  const id = answers === 'all' ? undefined : answers.request;
  const encoder = new TextEncoder();
  // What a message leads to belongs to the call that it is a response to.
  const deliver = AsyncResource.bind(peer.deliver);
  let canResume = false;
  let event = new MessageText();
  let out = '';
  /** The last two bytes of what came before. */
  let tail: readonly number[] = [];
  const parser = createParser({
    onEvent: ({ id: eventId, event: kind, data }) => {
      if (eventId !== undefined) canResume = true;
      if (kind !== undefined && kind !== 'message') {
        out += `event: ${kind}\ndata: ${data.replaceAll('\n', '\ndata: ')}\n\n`;
        return;
      }
      const value = event.restore(parseJson(data));
      if (value !== undefined) deliver(value);
      const isAnswered = id !== undefined && !peer.isWaiting(id) && isObject(value) && value.method === undefined;
      // Tells the SDK that there is nothing more to wait for.
      const stub = isAnswered ? `data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}\n` : 'data:\n';
      out += `${eventId === undefined ? '' : `id: ${eventId}\n`}${stub}\n`;
    },
    onRetry: (ms) => {
      out += `retry: ${Math.max(ms, MIN_RETRY_MS)}\n\n`;
    },
  });

  function take(bytes: Uint8Array): void {
    // A blank line ends an event.
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
      const [before, last] = at > 1 ? bytes.subarray(at - 2, at) : [...tail, ...bytes.subarray(0, at)].slice(-2);
      const isBlank = last === NEWLINE || (last === RETURN && before === NEWLINE);
      if (!isBlank) continue;
      addToEvent(bytes.subarray(from, at + 1));
      // Read once it is whole: what came of it before is of no use.
      parser.feed(event.text);
      event = new MessageText();
      from = at + 1;
    }
    addToEvent(bytes.subarray(from));
    tail = [...tail, ...bytes.subarray(-2)].slice(-2);
  }

  function addToEvent(bytes: Uint8Array): void {
    event.add(bytes);
    if (event.excess !== undefined) throw tooLong(event.excess);
  }

  function end(error: Error): void {
    if (answers === 'all') peer.failAll(error);
    else if (id !== undefined) peer.fail(id, error);
  }

  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        let isOver = false;
        // Asked again only after it has given something.
        while (out === '' && !isOver) {
          const { value, done } = await reader.read();
          if (value !== undefined) take(value);
          isOver = done;
        }
        if (isOver) parser.feed(event.text);
        if (out !== '') controller.enqueue(encoder.encode(out));
        out = '';
        if (!isOver) return;
        if (!canResume) end(cutOff());
        controller.close();
      } catch (error) {
        await reader.cancel(error).catch(() => undefined);
        if (error instanceof AnswerError) end(error);
        else if (!canResume) end(cutOff(error));
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

const NEWLINE = 10;
const RETURN = 13;

function tooLong(excess: string): AnswerError {
  return new AnswerError(`gave an answer that is ${excess} and was dropped: ask for less`);
}

function cutOff(cause?: unknown): ConnectionLoss {
  return new ConnectionLoss('the response ended without an answer', { wasNotReceived: false, isGone: false, cause });
}
