// Owns making a tool from its definition, and saying what is wrong with one. Running it is left to `run-call.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import type { KnownNames } from '../core/known-names.ts';
import { unknownOption } from '../core/known-names.ts';
import type { InferArguments, ToolSchema } from '../schema/compile.ts';
import { compileSchema } from '../schema/compile.ts';
import type { Tool, ToolContext } from './tool.ts';

/** 5 minutes: long enough for a build or a crawl, short enough that a lost socket does not hold a run for ever. */
const DEFAULT_TOOL_TIMEOUT_MS = 300_000;

/** About 10 000 tokens of English: what a tool may put into the context unasked. */
export const DEFAULT_MAX_RESULT_CHARS = 40_000;

export interface ToolDefinitionOptions<S extends ToolSchema, Context> {
  /** Letters, digits, `_` and `-`, at most 64, a letter or `_` first: what vLLM and all its parsers take. */
  readonly name: string;
  /** For the model: what it does, when to use it. */
  readonly description: string;
  /** A zod 4 or zod 3 schema, a Standard Schema, or a JSON Schema; its root is an object. */
  readonly parameters: S;
  /**
   * Does the work. Returns text, anything that JSON can hold, or `contentParts([…])`. What it throws, the model is told by name
   * and message; `throw new ToolRetry('say which unit')` tells just that.
   */
  readonly execute: (args: InferArguments<S>, context: ToolContext<Context>) => unknown;
  /** Milliseconds; 0: no limit. Default 300 000. */
  readonly timeoutMs?: number;
  /** Whether a person must say yes first. Default false. */
  readonly needsApproval?:
    | boolean
    | ((args: InferArguments<S>, context: ToolContext<Context>) => boolean | Promise<boolean>);
  /** Run its calls one after another, and not beside others. Default false. */
  readonly sequential?: boolean;
  /**
   * Run the same call every time that it is made: for tools that poll, wait, draw or step on. Default false: a call that comes again with
   * nothing new in between does not run, and the model is given its result again.
   */
  readonly repeatable?: boolean;
  /** Its calls change nothing: the same call may run again, and the results of other calls stay valid. Default false. */
  readonly readOnly?: boolean;
  /**
   * What a stored run may do with a call that was under way when its process died. False: it does not run again, and the model is told that
   * it may have taken effect. True: it may run again at any time; so it is with `readOnly`. Default: it runs again with the same
   * `idempotencyKey`, by which it can tell.
   */
  readonly idempotent?: boolean;
  /** Characters of a result that the model is shown; the middle of a longer one is left out and can be asked for. Default 40 000. */
  readonly maxResultChars?: number;
  /** False keeps vLLM's grammar from enforcing the schema. Default: enforced wherever that loses nothing. */
  readonly strict?: boolean;
}

/** Makes a tool. Throws a DefinitionError that says what is wrong with the definition. */
export function defineTool<S extends ToolSchema, Context = unknown>(options: ToolDefinitionOptions<S, Context>): Tool {
  if (!isObject(options))
    throw new DefinitionError('`defineTool` takes an object: { name, description, parameters, execute }.');
  const { name, description, parameters, execute, needsApproval = false } = options;
  checkName(name);
  const unknown = unknownOption(options, KNOWN);
  if (unknown !== undefined) throw new DefinitionError(`Tool \`${name}\`: ${unknown}`);
  if (typeof description !== 'string' || description.trim() === '') {
    throw new DefinitionError(`Tool \`${name}\` has no description: the model cannot know when to use it.`);
  }
  if (typeof execute !== 'function') throw new DefinitionError(`Tool \`${name}\` has no function \`execute\`.`);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TOOL_TIMEOUT_MS;
  const maxResultChars = options.maxResultChars ?? DEFAULT_MAX_RESULT_CHARS;
  checkNumber(name, 'timeoutMs', timeoutMs, 0);
  checkNumber(name, 'maxResultChars', maxResultChars, 200);
  if (typeof needsApproval !== 'boolean' && typeof needsApproval !== 'function') {
    throw new DefinitionError(`Tool \`${name}\`: \`needsApproval\` must be true, false or a function that decides.`);
  }
  for (const option of ['sequential', 'repeatable', 'readOnly', 'idempotent', 'strict'] as const) {
    const value = options[option];
    if (value === undefined || typeof value === 'boolean') continue;
    throw new DefinitionError(`Tool \`${name}\`: \`${option}\` must be true or false.`);
  }
  return {
    name,
    description,
    schema: compileSchema(parameters, { name: `tool \`${name}\`` }),
    // The schema has checked the arguments, and the run's context is typed where the tool is used.
    execute: execute as Tool['execute'],
    needsApproval: needsApproval as Tool['needsApproval'],
    timeoutMs,
    maxResultChars,
    isSequential: options.sequential ?? false,
    isRepeatable: options.repeatable ?? false,
    isReadOnly: options.readOnly ?? false,
    isStrict: options.strict ?? true,
    // What changes nothing may run at any time.
    isIdempotent: options.idempotent ?? (options.readOnly === true ? true : undefined),
    holdsRun: false,
  };
}

const OPTIONS: Readonly<Record<keyof ToolDefinitionOptions<ToolSchema, unknown>, true>> = {
  name: true,
  description: true,
  parameters: true,
  execute: true,
  timeoutMs: true,
  needsApproval: true,
  sequential: true,
  repeatable: true,
  readOnly: true,
  idempotent: true,
  maxResultChars: true,
  strict: true,
};

const KNOWN: KnownNames = {
  names: Object.keys(OPTIONS),
  otherwise: {
    schema: '`parameters`',
    inputSchema: '`parameters`',
    input_schema: '`parameters`',
    args: '`parameters`',
    run: '`execute`',
    func: '`execute`',
    handler: '`execute`',
    timeout: '`timeoutMs`',
    approval: '`needsApproval`',
  },
};

const NAME = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;

function checkName(name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name)) return;
  throw new DefinitionError(
    `${JSON.stringify(name)} is not a tool name: letters, digits, \`_\` and \`-\`, at most 64, a letter or \`_\` first.`,
  );
}

function checkNumber(tool: string, option: string, value: number, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  throw new DefinitionError(`Tool \`${tool}\`: \`${option}\` is ${value}; it must be a number, ${least} or more.`);
}
