// Owns reading a stored state: what it must look like, older versions, and an error that says what is wrong with anything else.

import { DefinitionError } from '../core/definition-error.ts';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { INITIAL_LOOP_STATE } from '../core/loop-state.ts';
import type { PendingTurn } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import { RUN_STATE_SCHEMA, RUN_STATE_SCHEMA_1 } from '../core/run-state-schema.ts';
import { createValidator } from '../schema/validator.ts';

type Validator = ReturnType<typeof createValidator>;

let current: Validator | undefined;
let first: Validator | undefined;

/** States that this process made: they need no check. */
const made = new WeakSet<object>();

/** Notes a state that a run of this process ended with. */
export function trustState(state: RunState): RunState {
  made.add(state);
  return state;
}

/**
 * Reads the state of a run from what was stored: versions 1 and 2. Throws a DefinitionError that says what is wrong, so that a
 * conversation is never lost without a word.
 */
export function parseRunState(value: unknown): RunState {
  if (isObject(value) && made.has(value)) return value as unknown as RunState; // it is in the set
  if (typeof value === 'string') throw wrong('it is text: give the parsed value, as `JSON.parse` makes it');
  if (!isObject(value))
    throw wrong(`it is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`);
  const { version } = value;
  if (version === 1) return readFirst(value);
  if (version === 2) return readCurrent(value);
  if (isObject(value.state))
    throw wrong('it holds the state in its field `state`, as `/save` writes it: give that field');
  const what = version === undefined ? 'it has no `version`' : `its version is ${JSON.stringify(version)}`;
  throw wrong(`${what}; this release reads versions 1 and 2`);
}

function readCurrent(value: Record<string, unknown>): RunState {
  current ??= createValidator(RUN_STATE_SCHEMA);
  check(value, current);
  const state = value as unknown as RunState; // the schema says so
  if (state.pending !== null) checkPending(state.pending);
  return state;
}

/** Each call has its place among the results, or they would be given to the wrong calls. */
function checkPending({ message, calls, results }: PendingTurn): void {
  const count = message.tool_calls?.length ?? 0;
  const isPrepared = calls.length === 0 || calls.length === count;
  if (count === 0 || results.length !== count || !isPrepared) {
    throw wrong(`\`pending\` has ${count} calls, ${calls.length} prepared ones and ${results.length} results`);
  }
}

/** Version 1 held neither what the loop goes by nor what was spent: counts begin with what can be told from it. */
function readFirst(value: Record<string, unknown>): RunState {
  first ??= createValidator(RUN_STATE_SCHEMA_1);
  check(value, first);
  const { current: view, ...old } = value as unknown as FirstState; // the schema says so
  const { turns, toolCalls, usage, pending } = old;
  const state: RunState = {
    ...old,
    version: 2,
    spent: { turns, toolCalls, tokens: usage.totalTokens, corrections: 0, timeMs: 0 },
    loop: INITIAL_LOOP_STATE,
    serverParses: false,
    kept: [],
    pending: pending === null ? null : { ...pending, calls: [] },
    unfinished: view === null ? null : { reasoning: view.reasoning, content: view.content },
  };
  if (state.pending !== null) checkPending(state.pending);
  return state;
}

interface FirstState
  extends Omit<RunState, 'version' | 'spent' | 'loop' | 'serverParses' | 'kept' | 'pending' | 'unfinished'> {
  readonly pending: Omit<PendingTurn, 'calls'> | null;
  readonly current: { readonly reasoning: string; readonly content: string } | null;
}

function check(value: JsonObject | Record<string, unknown>, validate: Validator): void {
  const [issue] = validate(value);
  if (issue === undefined) return;
  throw wrong(`\`${issue.path === '' ? 'state' : issue.path}\` ${issue.message}`);
}

function wrong(what: string): DefinitionError {
  return new DefinitionError(`The state is not that of a run: ${what}. A state is \`result.state\` of an earlier run.`);
}
