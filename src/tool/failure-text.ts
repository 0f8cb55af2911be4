// Owns what a thrown value says, whatever it is: an error, a text, nothing at all. Shortening it is left to `tool-result.ts`.

import { readPlain } from './plain-value.ts';
import { errorLine, isError } from './thrown-error.ts';
import { ToolRetry } from './tool.ts';
import { UnshowableResult } from './unshowable.ts';

/** Name and message, never a stack: the model can act on the one and not on the other. Never throws. */
export function failureText(thrown: unknown, toolName: string): string {
  try {
    if (thrown instanceof UnshowableResult) return thrown.describe(toolName);
    if (thrown instanceof ToolRetry)
      return thrown.message || `The tool \`${toolName}\` asks to try again, without saying how.`;
    return isError(thrown) ? errorLine(thrown) : `Error: ${wordsOf(thrown)}`;
  } catch {
    // A getter or a proxy that throws when it is looked at.
    return 'Error: the tool threw a value that cannot be read.';
  }
}

function wordsOf(thrown: unknown): string {
  if (thrown === undefined || thrown === null)
    return `the tool threw \`${String(thrown)}\`, which does not say what is wrong.`;
  if (thrown === '') return 'the tool threw an empty text, which does not say what is wrong.';
  if (typeof thrown === 'string') return thrown;
  try {
    const plain = readPlain(thrown, AbortSignal.abort());
    if (!(plain instanceof Promise)) return typeof plain === 'string' ? plain : JSON.stringify(plain);
    // Nobody waits for a thrown promise or stream, nor for its failure.
    plain.catch(() => undefined);
    return `the tool threw ${Object.prototype.toString.call(thrown)}, which does not say what is wrong.`;
  } catch (error) {
    if (!(error instanceof UnshowableResult)) throw error;
    return `the tool threw a value that cannot be shown: ${error.message}`;
  }
}
