// Owns going on with a stored run as it was started: when nobody holds it any more, with its settings, and saying what is missing. Showing it
// is left to the callers.

import type { Agent } from '../agent/agent.ts';
import type { RunStream } from '../agent/run.ts';
import type { RunOptions } from '../agent/run-options.ts';
import type { StoredRun } from '../session/stored-run.ts';
import type { CliArgs } from './args.ts';
import type { Conversation } from './conversation.ts';
import { untilFree } from './held-run.ts';
import type { Io } from './io.ts';
import { readSettings, resumed } from './run-settings.ts';
import { exactly, styled } from './styled.ts';

export interface ResumptionParts {
  readonly agent: Agent;
  readonly options: RunOptions;
  readonly conversation: Conversation;
  readonly cliArgs: CliArgs;
  readonly io: Io;
}

/** Rejects with `run_busy` while another process runs it. */
export async function resumption(
  run: StoredRun,
  parts: ResumptionParts,
): Promise<{ agent: Agent; running: RunStream }> {
  const { conversation, cliArgs, io } = parts;
  if (conversation.store !== undefined) await untilFree(conversation.store, run.runId, io);
  const stored = readSettings(run.settings);
  const { servers = [] } = stored;
  if (servers.length > 0 && cliArgs.mcpFiles.length + cliArgs.mcpUrls.length === 0) {
    const given = exactly(servers.join(' '));
    io.err.write(styled`! The run was started with ${given}, which is not given now: its tools are missing.\n`);
  }
  const { agent, options } = resumed(parts.agent, parts.options, { given: cliArgs, stored });
  return { agent, running: conversation.resume(agent, run.runId, options) };
}
