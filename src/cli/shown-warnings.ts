// Owns which warnings a person is shown unasked: what is missing from a run and only a person can mend. Printing them is left to `render.ts`.

import type { RunWarning } from '../core/run-warning.ts';

/** The rest tells how a run came to its answer all the same, and is for `--verbose`. */
const FOR_EVERYONE = new Set([
  'call_in_doubt',
  'provider_failed',
  'tool_name_taken',
  'mcp_list_cut',
  'mcp_list_failed',
  'mcp_tool_changed',
  'mcp_tool_dropped',
]);

export type IsShown = (warning: Pick<RunWarning, 'code' | 'message'>) => boolean;

/** Those for everyone are shown once, also over all the runs of a chat. */
export function createIsShown(isVerbose: boolean): IsShown {
  const shown = new Set<string>();
  return ({ code, message }) => {
    if (!FOR_EVERYONE.has(code)) return isVerbose;
    if (shown.has(message)) return false;
    shown.add(message);
    return true;
  };
}
