// Owns the examination of a server, and of an agent with its MCP servers: the checks, their order, and the exit code.

import type { Agent } from '../../agent/agent.ts';
import { EXIT } from '../help.ts';
import type { Io } from '../io.ts';
import { clientFor } from '../server-choice.ts';
import { checkStreaming, checkStructured, checkTemplate, checkThinking } from './answer-checks.ts';
import { checkCache } from './cache-check.ts';
import { createCheckContext, MAX_TOKENS } from './check-context.ts';
import type { Finding } from './finding.ts';
import { bad, fatal, good, note } from './finding.ts';
import { findingLine } from './report.ts';
import { checkServer, messageOf } from './server-checks.ts';
import { checkTools } from './tool-checks.ts';

export interface Examination {
  /** Its MCP servers are checked too. Undefined: only the model's server is checked. */
  readonly agent: Agent | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly isJson: boolean;
}

/** Runs all checks and prints each finding as it is made. Returns exit code 1 when agents cannot run. */
export async function examine({ agent, baseUrl, model, isJson }: Examination, io: Io): Promise<number> {
  const findings: Finding[] = [];
  const report = (found: readonly Finding[]): void => {
    findings.push(...found);
    if (!isJson) for (const finding of found) io.out.write(findingLine(finding, io));
  };
  await using client = clientFor({ baseUrl }, io);
  const { signal } = io;
  const server = await checkServer(client, model ?? (io.env.VLLM_MODEL?.trim() || agent?.model), signal);
  report(server.findings);
  let requests = 0;
  if (server.model !== undefined) {
    const { id, profile, flags } = server.model;
    const context = createCheckContext({ client, signal, model: id, profile, flags });
    report(await checkStreaming(context, io.now));
    if (!findings.some(({ isFatal }) => isFatal)) {
      report(await checkTools(context));
      report([await checkThinking(context), await checkStructured(context)]);
      report(await checkTemplate(context));
      report([await checkCache(context)]);
    }
    requests = context.requestCount();
  }
  if (agent !== undefined) report(await checkProviders(agent, signal));
  const isAble = !findings.some(({ isFatal }) => isFatal);
  if (isJson) io.out.write(`${JSON.stringify({ isAble, requests, findings }, undefined, 2)}\n`);
  else {
    io.out.write(`\n${isAble ? 'Agents can run here.' : 'Agents cannot run here.'} `);
    io.out.write(`Sent ${requests} requests of at most ${MAX_TOKENS} generated tokens each.\n`);
  }
  return isAble ? EXIT.done : EXIT.failed;
}

async function checkProviders({ providers }: Agent, signal: AbortSignal): Promise<readonly Finding[]> {
  return await Promise.all(
    providers.map(async (provider): Promise<Finding> => {
      const check = `server ${provider.name}`;
      const warnings: string[] = [];
      try {
        const opened = await provider.open({ signal, warn: ({ message }) => void warnings.push(message) });
        const count = opened.tools().length;
        await opened.close();
        const [first] = warnings;
        return first === undefined ? good(check, `${count} tools`) : note(check, `${count} tools; ${first}`);
      } catch (error) {
        const message = messageOf(error);
        return provider.isRequired
          ? fatal(check, message)
          : bad(check, message, 'Runs go on without it: correct it, or leave it out. With `required` they fail.');
      }
    }),
  );
}
