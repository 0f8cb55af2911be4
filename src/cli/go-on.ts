// Owns how a person goes on with what is stored: the commands for it, and the calls that wait.

import type { Outcome, PendingApproval } from '../core/run-event.ts';
import type { CliArgs } from './args.ts';
import type { Io } from './io.ts';
import type { Styled } from './styled.ts';
import { exactJson, exactly, join, styled } from './styled.ts';

/** A command of this program, to be copied into a shell. `words` are those of a flag or a command. */
export function commandLine(
  { program }: Pick<Io, 'program'>,
  file: string | undefined,
  words: readonly string[],
): Styled {
  const start = program === 'vllm-agents' ? ['vllm-agents'] : ['npx', 'tsx', program];
  const store = file === undefined ? [] : ['--store', file];
  return styled`${exactly([...start, ...words, ...store].map(quoted).join(' '))}`;
}

/** For a shell of Unix. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What the user can do about a run that is stored and did not complete; undefined when there is nothing to say. */
export function hintAfter(
  outcome: Outcome,
  runId: string,
  { cliArgs, io }: { readonly cliArgs: CliArgs; readonly io: Io },
): Styled | undefined {
  const { file } = cliArgs.stored;
  const line = (...words: readonly string[]): Styled => commandLine(io, file, words);
  switch (outcome.type) {
    case 'waiting':
      return styled`${approvalLines(outcome.approvals)}
Decide, and the run goes on; name a call to decide on it alone:
  ${line('runs', 'approve', runId)}
  ${line('runs', 'deny', runId)}
`;
    case 'aborted':
    case 'failed':
    case 'limit':
      return styled`To go on with the run: ${line('runs', 'resume', runId)}\n`;
    case 'completed':
    case 'empty':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** The calls that wait, to the letter, under the names by which a decision can name them. */
export function approvalLines(approvals: readonly PendingApproval[]): Styled {
  const lines = approvals.map(({ id, toolName, arguments: args, isRescued }) => {
    const note = isRescued === true ? ' (read from the text of the answer, not parsed by the server)' : '';
    return styled`  ${exactly(callNameOf(id))}  ${exactly(toolName)}${note} ${exactJson(args)}`;
  });
  return join(lines, '\n');
}

/** An id is the key of the call's step and a digest, which a person need not type. */
export function callNameOf(approvalId: string): string {
  return approvalId.replace(/#[0-9a-f]*$/, '');
}
