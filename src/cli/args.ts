// Owns parsing the command line. Acting on it is left to `main.ts`.

import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { nearName } from '../core/known-names.ts';
import { whySetByRun } from '../model/model-params.ts';
import type { ApprovalMode } from './approval.ts';
import type { StoreChoice } from './store-choice.ts';
import { storeChoice } from './store-choice.ts';
import { UsageError } from './usage-error.ts';

export interface CliArgs {
  /** The words beside the flags. */
  readonly words: readonly string[];
  readonly question: string;
  /** Whether `-` asks for the piped input beside the question. */
  readonly wantsInput: boolean;
  /** Whether the simulator is asked for. */
  readonly isSimulated: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
  readonly isVersion: boolean;
  readonly isDoctor: boolean;
  readonly isVerbose: boolean;
  readonly hasTools: boolean;
  readonly model: string | undefined;
  readonly baseUrl: string | undefined;
  readonly maxTurns: number | undefined;
  readonly toolChoice: string | undefined;
  readonly approve: ApprovalMode | undefined;
  /** Files that configure MCP servers. */
  readonly mcpFiles: readonly string[];
  readonly mcpUrls: readonly string[];
  /** Request parameters; they override the agent's. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly stored: StoreChoice;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  doctor: { type: 'boolean' },
  simulate: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  json: { type: 'boolean' },
  'no-tools': { type: 'boolean' },
  model: { type: 'string', short: 'm' },
  'base-url': { type: 'string' },
  'max-turns': { type: 'string' },
  'tool-choice': { type: 'string' },
  approve: { type: 'string' },
  mcp: { type: 'string', multiple: true },
  'mcp-url': { type: 'string', multiple: true },
  param: { type: 'string', multiple: true },
  store: { type: 'string' },
  ephemeral: { type: 'boolean' },
  continue: { type: 'boolean', short: 'c' },
  resume: { type: 'string' },
  session: { type: 'string' },
} as const;

/** @throws {UsageError} A flag is unknown or its value is invalid. */
export function readArgs(args: readonly string[]): CliArgs {
  const { values, positionals } = parseFlags(withValueOfResume(args), OPTIONS);
  const isSimulated = values.simulate ?? false;
  for (const other of ['base-url', 'model', 'doctor'] as const) {
    if (isSimulated && values[other] !== undefined)
      throw new UsageError(`--simulate uses no server: leave out --${other}.`);
  }
  return {
    words: positionals,
    question: positionals.filter((word) => word !== '-').join(' '),
    wantsInput: positionals.includes('-'),
    isSimulated,
    isJson: values.json ?? false,
    isHelp: values.help ?? false,
    isVersion: values.version ?? false,
    isDoctor: values.doctor ?? false,
    isVerbose: values.verbose ?? false,
    hasTools: !(values['no-tools'] ?? false),
    model: values.model,
    baseUrl: values['base-url'],
    maxTurns: wholeNumber('--max-turns', values['max-turns']),
    toolChoice: values['tool-choice'],
    approve: approvalMode(values.approve),
    mcpFiles: values.mcp ?? [],
    mcpUrls: values['mcp-url'] ?? [],
    params: Object.fromEntries((values.param ?? []).map(readParam)),
    stored: storeChoice(values),
  };
}

type Flags = NonNullable<ParseArgsConfig['options']>;

/** @throws {UsageError} A flag is unknown, or lacks its value. */
export function parseFlags<const Options extends Flags>(
  args: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>> {
  checkNames(args, Object.keys(options));
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Runs before the parser, whose own message suggests no flag. */
function checkNames(args: readonly string[], names: readonly string[]): void {
  const end = args.indexOf('--');
  for (const word of end < 0 ? args : args.slice(0, end)) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name === undefined || names.includes(name)) continue;
    const near = nearName(name, names);
    throw new UsageError(`Unknown flag --${name}.${near === undefined ? '' : ` Did you mean --${near}?`}`);
  }
}

/** The name after `--resume` may be left out, which the parser does not know. */
function withValueOfResume(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return args.map((word, at) => {
    const next = args[at + 1];
    const isFlag = word === '--resume' && (end < 0 || at < end);
    return isFlag && (next === undefined || next.startsWith('-')) ? '--resume=' : word;
  });
}

/** `temperature=0`, `stop=["END"]`: a value that is not JSON is text. */
function readParam(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--param takes NAME=VALUE, not ${JSON.stringify(text)}.`);
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const why = whySetByRun(name);
  if (why !== undefined) {
    const remedy = Object.hasOwn(FLAGS_FOR, name) ? `use ${FLAGS_FOR[name]}` : why;
    throw new UsageError(`--param ${name} cannot be set: ${remedy}.`);
  }
  try {
    return [name, JSON.parse(value)];
  } catch {
    // Text needs no quotes.
    return [name, value];
  }
}

/** Request parameters that have a flag of their own. */
const FLAGS_FOR: Readonly<Record<string, string>> = { model: '--model', tool_choice: '--tool-choice' };

function approvalMode(text: string | undefined): ApprovalMode | undefined {
  if (text === undefined || text === 'ask' || text === 'all' || text === 'none') return text;
  throw new UsageError(`--approve takes ask, all or none, not ${JSON.stringify(text)}.`);
}

export function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${flag} takes a whole number of at least 1, not ${JSON.stringify(text)}.`);
}
