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
}

export const PLAIN_REQUEST: NextRequest = { nudge: null, isWithoutThinking: false };

/** The last call, and how many times in a row it has been made. */
export interface RepeatedCall {
  readonly toolName: string;
  readonly arguments: JsonValue;
  readonly times: number;
}

/** A call of this run that ran, by its place in the conversation, where its arguments and its result are. */
export interface RanCall {
  /** The index of the assistant's message in the conversation. */
  readonly message: number;
  /** The index of the call in that message. */
  readonly call: number;
  readonly isError: boolean;
  /** Whether it may have changed what the calls before it found. */
  readonly isChange: boolean;
  /** How often it came since it last ran with something new. */
  readonly times: number;
}

/** The calls that ran since the last message of the user, for recognising a call that is made again. */
export interface RanCalls {
  /** In the order in which they last ran. */
  readonly calls: readonly RanCall[];
  /** Whether a call that ran again had another result: then what a call does again may matter, although its own result is the same. */
  readonly isWorldChanging: boolean;
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
  /** What the next turn retries: an empty answer, a broken stream or a cut answer. Null: it retries nothing. */
  readonly retry: { readonly of: 'empty' | 'stream' | 'cut' } | null;
  /** The limit of answer tokens since an answer was cut; null: the agent's own. */
  readonly room: number | null;
  /** By tool: how many times in a row its arguments were wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many times in a row the structured output did not fit its schema. */
  readonly outputFailures: number;
  readonly lastCall: RepeatedCall | null;
  readonly ran: RanCalls;
  /** Null until a server has reported a count. */
  readonly context: CountedContext | null;
  readonly toolMode: ToolMode;
}

export const NOTHING_RAN: RanCalls = { calls: [], isWorldChanging: false };

export const INITIAL_LOOP_STATE: LoopState = {
  phase: 'work',
  toolChoice: null,
  added: [],
  request: PLAIN_REQUEST,
  retry: null,
  room: null,
  failures: {},
  outputFailures: 0,
  lastCall: null,
  ran: NOTHING_RAN,
  context: null,
  toolMode: 'server',
};

/** A stored state, with what earlier releases did not store. */
export function completeLoopState(stored: LoopState): LoopState {
  return { ...INITIAL_LOOP_STATE, ...stored };
}
