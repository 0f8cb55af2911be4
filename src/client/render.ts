// Owns the rendered form of a chat request: what the model would be sent, token by token. Requesting it is left to `chat.ts`.
// Fields as in vLLM 0.33 (`scale_out/token_in_token_out/protocol.py`).

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { InvalidResponseError } from './errors.ts';

/**
 * A request as the server would run it. It is the body of `/inference/v1/generate`, fields that this type does not name included.
 */
export interface RenderedChat {
  readonly request_id: string;
  /** The prompt: all that the template made of messages and tools. */
  readonly token_ids: readonly number[];
  /**
   * The beginning and end of each token in the rendered text, in characters. With `return_token_offsets`, a fast tokenizer and text only; else
   * null.
   */
  readonly token_offsets?: readonly (readonly [start: number, end: number])[] | null;
  /** The images and other media of the prompt, and where they stand in it. */
  readonly features?: JsonObject | null;
  /** With the server's defaults; `max_tokens` is what the context has left. */
  readonly sampling_params: JsonObject;
  readonly model?: string | null;
  /** What the server needs to parse the answer, for `output_mode: "derender"`. vLLM 0.33 and later. */
  readonly parse_context?: JsonObject | null;
  readonly [key: string]: unknown;
}

/** Throws an InvalidResponseError for an answer of another shape. */
export function readRenderedChat(value: unknown, requestId: string): RenderedChat {
  if (isRenderedChat(value)) return value;
  const message = "The server's answer to `render` does not have the shape of vLLM's. Is it a vLLM server?";
  throw new InvalidResponseError(message, { code: 'invalid_response', requestId });
}

function isRenderedChat(value: unknown): value is RenderedChat & Record<string, unknown> {
  return isObject(value) && Array.isArray(value.token_ids) && isObject(value.sampling_params);
}
