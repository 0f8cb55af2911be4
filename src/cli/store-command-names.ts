// Owns which words at the start of a command line are commands about what is stored. What they do is left to the folder `store-commands`.

export const STORE_COMMANDS = ['runs', 'sessions', 'store'] as const;

export type StoreCommand = (typeof STORE_COMMANDS)[number];

/** A question of several words is one argument in quotation marks, and `--` before it makes any word a question. */
export function isStoreCommand(args: readonly string[]): boolean {
  return STORE_COMMANDS.some((name) => name === args[0]);
}
