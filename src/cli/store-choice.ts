// Owns what the flags say of storing: where runs are stored, and which conversation goes on. Opening and finding them is left to
// `program-store.ts` and `session-choice.ts`.

import { UsageError } from './usage-error.ts';

/** Which conversation a program goes on with. */
export type SessionChoice =
  | { readonly type: 'new' }
  /** The last one of this agent in this folder. */
  | { readonly type: 'last' }
  /** The one with this name or id; undefined: the user chooses from a list. */
  | { readonly type: 'known'; readonly name: string | undefined }
  /** The one with this name, which is begun if it is not there. */
  | { readonly type: 'named'; readonly name: string };

export interface StoreChoice {
  readonly isEphemeral: boolean;
  /** Undefined: the file that programs share. */
  readonly file: string | undefined;
  readonly session: SessionChoice;
}

interface Values {
  readonly store?: string | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly continue?: boolean | undefined;
  readonly resume?: string | undefined;
  readonly session?: string | undefined;
}

/** @throws {UsageError} Flags contradict each other. */
export function storeChoice(values: Values): StoreChoice {
  const { store: file, ephemeral: isEphemeral = false } = values;
  const chosen = (['continue', 'resume', 'session'] as const).filter((name) => values[name] !== undefined);
  const [one, other] = chosen;
  if (one !== undefined && other !== undefined) {
    throw new UsageError(`--${one} and --${other} each choose a conversation: leave one of them out.`);
  }
  const needing = one ?? (file === undefined ? undefined : 'store');
  if (isEphemeral && needing !== undefined) throw new UsageError(`--ephemeral stores nothing: leave out --${needing}.`);
  for (const name of ['store', 'session'] as const) {
    if (values[name]?.trim() === '') throw new UsageError(`--${name} takes a ${name === 'store' ? 'file' : 'name'}.`);
  }
  return { isEphemeral, file, session: sessionChoice(values) };
}

function sessionChoice({ continue: isLast, resume, session }: Values): SessionChoice {
  if (isLast === true) return { type: 'last' };
  if (resume !== undefined) return { type: 'known', name: resume === '' ? undefined : resume };
  return session === undefined ? { type: 'new' } : { type: 'named', name: session };
}
