// Owns what one turn passes on to the next, as JSON. Deciding it is left to the loop.

import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';

/**
 * `server`: the server parses calls. `client`: the server's grammar constrains them once the model writes their mark, and the client reads
 * them from the text. `client_json`: the grammar lets the answer be JSON calls or words, for a model that writes no marks.
 */
export type ToolMode = 'server' | 'client' | 'client_json';

/** Which tools the model may or must call, in the server's format. */
export type TurnChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } };

/** What the next request contains besides the conversation. None of it enters the history. */
export interface NextRequest {
  /** An instruction for the model. */
  readonly nudge: string | null;
  /** Whether thinking is switched off for this request. */
  readonly isWithoutThinking: boolean;
  /** Multiplies the request's limit of answer tokens, if it has one. */
  readonly roomFactor: number;
}

export const PLAIN_REQUEST: NextRequest = { nudge: null, isWithoutThinking: false, roomFactor: 1 };

/** The last call, and how many times in a row it has been made. */
export interface RepeatedCall {
  readonly toolName: string;
  readonly arguments: JsonValue;
  readonly times: number;
}

/** The size of the conversation, as the server counted it. */
export interface CountedContext {
  /** Tokens of the last request and its answer. */
  readonly tokens: number;
  /** How many messages of the history that count includes. */
  readonly messages: number;
}

export interface LoopState {
  /** `output`: only the structured output is missing. */
  readonly phase: 'work' | 'output';
  /** For the next turn. Null: the server's default. */
  readonly toolChoice: TurnChoice | null;
  /** Messages that the next turn will add to the conversation. */
  readonly added: readonly Message[];
  readonly request: NextRequest;
  /** What the next turn retries: an empty answer or a broken stream. Null: it retries nothing. */
  readonly retry: { readonly of: 'empty' | 'stream' } | null;
  /** By tool: how many times in a row its arguments were wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many times in a row the structured output did not fit its schema. */
  readonly outputFailures: number;
  readonly lastCall: RepeatedCall | null;
  /** Null until a server has reported a count. */
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
