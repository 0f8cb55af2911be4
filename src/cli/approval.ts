// Owns asking the user to approve a tool call. Which calls need approval is left to the tools.

import type { RunOptions } from '../agent/run-options.ts';
import { isObject } from '../core/json.ts';
import type { PendingApproval } from '../core/run-event.ts';
import { CALL_TOOL } from '../tool/tool-search.ts';
import type { Io, Terminal } from './io.ts';
import { exactJson, exactly, styled } from './styled.ts';

export type ApprovalMode = 'ask' | 'all' | 'none';

type Approve = NonNullable<RunOptions['approve']>;

export interface Asking {
  /** Ends the line that is being written. */
  readonly beforeAsk: () => void;
  /** A hash of how a tool describes itself; undefined for one that cannot change. */
  readonly definitionOf: (toolName: string) => string | undefined;
}

/** The `approve` option for a mode. `ask` asks in the terminal, one call at a time; undefined without a terminal. */
export function createApprove(mode: ApprovalMode, io: Io, asking: Asking): Approve | undefined {
  const { terminal } = io;
  switch (mode) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'ask':
      return terminal === undefined ? undefined : createAsk(terminal, io, asking);
    default:
      return mode satisfies never;
  }
}

function createAsk(terminal: Terminal, { err }: Io, { beforeAsk, definitionOf }: Asking): Approve {
  /** What a person has allowed for good, with how it described itself then: a server may make another tool of it. */
  const always = new Map<string, string | undefined>();
  // The prompts of parallel calls are shown one after the other.
  let last: Promise<unknown> = Promise.resolve();

  async function ask({ toolName, arguments: args, isRescued }: PendingApproval): Promise<boolean> {
    const called = calledTool(toolName, args);
    const definition = definitionOf(called);
    // What was allowed for calls of the tool was not for what only looks like one.
    const isAllowed = always.has(called) && always.get(called) === definition;
    if (isAllowed && isRescued !== true) return true;
    beforeAsk();
    err.write(styled`${exactly(toolName)} wants to run with:\n${exactJson(args)}\n`);
    if (always.has(called) && !isAllowed)
      err.write(styled`The server now describes ${exactly(called)} differently than when you allowed it.\n`);
    if (isRescued === true) err.write('The server did not parse this call: it was read from the text of the answer.\n');
    const choices = isRescued === true ? 'y: yes, n: no' : 'y: yes, n: no, a: always for this tool';
    for (;;) {
      const read = await terminal.ask(`Run it? ${choices} [n] `);
      if (read.type !== 'line') return false;
      const reply = read.text.trim().toLowerCase();
      const isAlways = reply === 'a' && isRescued !== true;
      if (isAlways) always.set(called, definition);
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

/** The tool that a call is for: what is allowed for one that was found by search is not for all of them. */
function calledTool(toolName: string, args: PendingApproval['arguments']): string {
  return toolName === CALL_TOOL && isObject(args) && typeof args.name === 'string' ? args.name : toolName;
}
