// Owns the error of a command line that is wrong. Reading command lines is left to `args.ts` and to the commands.

/** The command line is invalid. The message says what is valid. */
export class UsageError extends Error {}
