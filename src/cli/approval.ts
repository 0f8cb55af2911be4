// Owns asking the user to approve a tool call. Which calls need approval is left to the tools.

import type { RunOptions } from '../agent/run-options.ts';
import type { PendingApproval } from '../core/run-event.ts';
import type { Io, Terminal } from './io.ts';
import { exactJson, exactly, styled } from './styled.ts';

export type ApprovalMode = 'ask' | 'all' | 'none';

type Approve = NonNullable<RunOptions['approve']>;

/**
 * The `approve` option for a mode. `ask` asks in the terminal, one call at a time; undefined without a terminal. `beforeAsk`
 * ends the line that is being written.
 */
export function createApprove(mode: ApprovalMode, io: Io, beforeAsk: () => void): Approve | undefined {
  const { terminal } = io;
  switch (mode) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'ask':
      return terminal === undefined ? undefined : createAsk(terminal, io, beforeAsk);
    default:
      return mode satisfies never;
  }
}

function createAsk(terminal: Terminal, { err }: Io, beforeAsk: () => void): Approve {
  const always = new Set<string>();
  // The prompts of parallel calls are shown one after the other.
  let last: Promise<unknown> = Promise.resolve();

  async function ask({ toolName, arguments: args, isRescued }: PendingApproval): Promise<boolean> {
    // What was allowed for calls of the tool was not for what only looks like one.
    if (always.has(toolName) && isRescued !== true) return true;
    beforeAsk();
    err.write(styled`${exactly(toolName)} wants to run with:\n${exactJson(args)}\n`);
    if (isRescued === true) err.write('The server did not parse this call: it was read from the text of the answer.\n');
    const choices = isRescued === true ? 'y: yes, n: no' : 'y: yes, n: no, a: always for this tool';
    for (;;) {
      const read = await terminal.ask(`Run it? ${choices} [n] `);
      if (read.type !== 'line') return false;
      const reply = read.text.trim().toLowerCase();
      const isAlways = reply === 'a' && isRescued !== true;
      if (isAlways) always.add(toolName);
      if (isAlways || ['y', 'yes'].includes(reply)) return true;
      if (['', 'n', 'no'].includes(reply)) return false;
    }
  }

  return (request) => {
    const asked = last.then(() => ask(request));
    last = asked.catch(() => undefined);
    return asked;
  };
}
