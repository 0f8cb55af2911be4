// Owns requests whose server wants something from this client first (2026-07-28): its questions are answered, and the request is made again
// with the answers. Who is asked is left to `questions.ts`.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { ServerCallbacks } from './connection.ts';
import { AnswerError, ServerError } from './connection-error.ts';
import { reason, wait } from './loss.ts';
import { elicit, rootsResult, sampleResult } from './server-questions.ts';

/** As many as the forms that one call may show. */
const MAX_ROUNDS = 20;
/** Of one round; a person answers one at a time. */
const MAX_QUESTIONS = 100;
/** Before a request is made again that the server only puts off. */
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 10_000;

interface Asking {
  /** Sends the request with further parameters. Each time it is a new one to the server. */
  readonly send: (more: JsonObject) => Promise<JsonObject>;
  readonly callbacks: ServerCallbacks;
  readonly signal: AbortSignal;
}

/** The complete result. Runs in the caller's context, so that the questions are those of the call that they come from. */
export async function untilComplete({ send, callbacks, signal }: Asking): Promise<JsonObject> {
  let more: JsonObject = {};
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    const result = await send(more);
    if (result.resultType !== 'input_required') return result;
    const { inputRequests, requestState } = result;
    const questions = isObject(inputRequests) ? Object.entries(inputRequests) : [];
    const hasState = typeof requestState === 'string';
    if (questions.length === 0 && !hasState) throw new AnswerError('asks for something and does not say what');
    if (questions.length > MAX_QUESTIONS) throw new AnswerError(`asks more than ${MAX_QUESTIONS} things at once`);
    if (questions.length === 0) await wait(Math.min(FIRST_WAIT_MS * 2 ** round, MAX_WAIT_MS), signal);
    const answers: Record<string, JsonObject> = {};
    for (const [key, question] of questions) answers[key] = await answer(question, callbacks, signal);
    // The state is the server's own and goes back as it came.
    more = { ...(questions.length > 0 && { inputResponses: answers }), ...(hasState && { requestState }) };
  }
  throw new AnswerError(`still asks for something after ${MAX_ROUNDS} answers`);
}

async function answer(question: unknown, callbacks: ServerCallbacks, signal: AbortSignal): Promise<JsonObject> {
  const { method, params: given } = isObject(question) ? question : {};
  const params = isObject(given) ? given : {};
  switch (method) {
    case 'elicitation/create':
      return (await elicit(params, callbacks, signal)) as JsonObject;
    case 'sampling/createMessage':
      try {
        return sampleResult(await callbacks.sample(params as JsonObject, signal)) as unknown as JsonObject;
      } catch (error) {
        signal.throwIfAborted();
        // There is no form to tell the server, which may not be told why either.
        throw new ServerError(`It needs an answer of the model: ${reason(error)}`);
      }
    case 'roots/list':
      return rootsResult(callbacks) as unknown as JsonObject;
    default:
      throw new AnswerError(
        typeof method === 'string'
          ? `asks for ${JSON.stringify(method.slice(0, 80))}, which this client does not know`
          : 'asks for something and does not say what',
      );
  }
}
