// Owns what one turn hands to the next, as JSON. Deciding it is left to the loop.

import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';

/** `server`: the server parses calls itself. `client`: its grammar makes them and this side reads them from the text. */
export type ToolMode = 'server' | 'client';

/** Which tools the model may or must call, in the server's own form. */
export type TurnChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } };

/** What the next request carries beside the conversation. Nothing of it enters the history. */
export interface NextRequest {
  /** An instruction for the model. */
  readonly nudge: string | null;
  /** Whether the model is asked not to think. */
  readonly isWithoutThinking: boolean;
  /** So many times the usual room for the answer, where the request bounds it. */
  readonly roomFactor: number;
}

export const PLAIN_REQUEST: NextRequest = { nudge: null, isWithoutThinking: false, roomFactor: 1 };

/** The last call, and how often it has now come in a row. */
export interface RepeatedCall {
  readonly toolName: string;
  readonly arguments: JsonValue;
  readonly times: number;
}

/** How large the conversation is by the server's own count. */
export interface CountedContext {
  /** Tokens of the last request and its answer. */
  readonly tokens: number;
  /** So many messages of the history are in that count. */
  readonly messages: number;
}

export interface LoopState {
  /** `output`: only the structured output is still missing. */
  readonly phase: 'work' | 'output';
  /** For the next turn; null: the server's default. */
  readonly toolChoice: TurnChoice | null;
  /** Messages that the next turn adds to the conversation. */
  readonly added: readonly Message[];
  readonly request: NextRequest;
  /** What the next turn is the second try of; null: it is a turn like any other. */
  readonly retry: { readonly of: 'empty' | 'stream' } | null;
  /** How often in a row the arguments for each tool were wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** How often in a row the structured output did not fit. */
  readonly outputFailures: number;
  readonly lastCall: RepeatedCall | null;
  /** Null until a server has counted. */
  readonly context: CountedContext | null;
  readonly toolMode: ToolMode;
}

export const INITIAL_LOOP_STATE: LoopState = {
  phase: 'work',
  toolChoice: null,
  added: [],
  request: PLAIN_REQUEST,
  retry: null,
  failures: {},
  outputFailures: 0,
  lastCall: null,
  context: null,
  toolMode: 'server',
};
