// Owns what a command about stored things is given, and its flags. The commands are left to the files beside it.

import type { Agent } from '../../agent/agent.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import type { CliArgs } from '../args.ts';
import { parseFlags, wholeNumber } from '../args.ts';
import { expandHome } from '../home-path.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** The agent's own program, which can go on with its runs; the command `vllm-agents` has none. */
export interface StoreProgram {
  readonly agent: Agent;
  readonly withDefaults: (cliArgs: CliArgs) => CliArgs;
}

export interface CommandSetting {
  readonly io: Io;
  /** Those after the name of the command. */
  readonly args: readonly string[];
  readonly program: StoreProgram | undefined;
}

export interface StoredCommand {
  /** After the name, such as `ID [CALL]`. */
  readonly usage: string;
  readonly description: string;
  /** Resolves to the exit code. */
  readonly run: (setting: CommandSetting) => Promise<number>;
}

export interface StoreFlags {
  readonly words: readonly string[];
  readonly isJson: boolean;
  /** Undefined: the store that programs share. */
  readonly file: string | undefined;
  readonly agent: string | undefined;
  readonly status: string | undefined;
  readonly limit: number | undefined;
  readonly olderThan: string | undefined;
}

const FLAGS = { json: { type: 'boolean' }, store: { type: 'string' } } as const;
const LIST_FLAGS = { ...FLAGS, agent: { type: 'string' }, limit: { type: 'string' } } as const;

/** The flags of each kind of command. */
export const FLAGS_OF = {
  plain: FLAGS,
  list: LIST_FLAGS,
  runList: { ...LIST_FLAGS, status: { type: 'string' } },
  prune: { ...FLAGS, 'older-than': { type: 'string' } },
} as const;

/** @throws {UsageError} A flag is unknown, or the number of words is another. */
export function readFlags(
  args: readonly string[],
  kind: keyof typeof FLAGS_OF,
  words: readonly [least: number, most: number, usage: string],
): StoreFlags {
  // All flags are texts or switches; which of them there are depends on the kind.
  const { values, positionals } = parseFlags(args, FLAGS_OF[kind]);
  const given = values as Readonly<Record<string, string | boolean | undefined>>;
  const text = (name: string): string | undefined => (typeof given[name] === 'string' ? given[name] : undefined);
  const [least, most, usage] = words;
  if (positionals.length < least || positionals.length > most) throw new UsageError(`Write: ${usage}.`);
  const file = text('store');
  return {
    words: positionals,
    isJson: given.json === true,
    file,
    agent: text('agent'),
    status: text('status'),
    limit: wholeNumber('--limit', text('limit')),
    olderThan: text('older-than'),
  };
}

/** Opens the store for as long as the work takes. */
export async function withStore<T>(io: Io, file: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await io.openStore?.(file === undefined ? undefined : expandHome(file));
  if (store === undefined) throw new StoreError('store_unavailable', 'Nothing is stored here.');
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** One value a line, exactly. */
export function writeJson({ out }: Io, value: JsonValue | object): void {
  // Shown text must be the text: what would be made visible is written as an escape of JSON.
  out.write(`${JSON.stringify(value).replaceAll('\u007f', '\\u007f')}\n`);
}
