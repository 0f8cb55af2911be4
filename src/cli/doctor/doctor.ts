// Owns the examination of a server, and of an agent with its MCP servers: which checks, in which order, and the exit code.

import type { Agent } from '../../agent/agent.ts';
import { VllmClient } from '../../client/client.ts';
import { DEFAULT_BASE_URL } from '../../client/options.ts';
import { EXIT } from '../help.ts';
import type { Io } from '../io.ts';
import { checkStreaming, checkStructured, checkTemplate, checkThinking } from './answer-checks.ts';
import type { Finding } from './finding.ts';
import { fatal, good, note } from './finding.ts';
import { createPatient, MAX_TOKENS } from './patient.ts';
import { findingLine } from './report.ts';
import { checkServer, messageOf } from './server-checks.ts';
import { checkTools } from './tool-checks.ts';

export interface Examination {
  /** Its MCP servers are looked at too; undefined: the server alone. */
  readonly agent: Agent | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string | undefined;
  readonly isJson: boolean;
}

/** Looks at everything, tells it as it goes; gives exit code 1 when an agent could not run. */
export async function examine({ agent, baseUrl, model, isJson }: Examination, io: Io): Promise<number> {
  const findings: Finding[] = [];
  const tell = (found: readonly Finding[]): void => {
    findings.push(...found);
    if (!isJson) for (const finding of found) io.out.write(findingLine(finding, io));
  };
  await using client = new VllmClient(baseUrl ?? (io.env.VLLM_BASE_URL || DEFAULT_BASE_URL), {
    apiKey: io.env.VLLM_API_KEY,
  });
  const { signal } = io;
  const server = await checkServer(client, model ?? (io.env.VLLM_MODEL || agent?.model), signal);
  tell(server.findings);
  let sent = 0;
  if (server.model !== undefined) {
    const patient = createPatient({ client, signal, model: server.model.id, profile: server.model.profile });
    tell(await checkStreaming(patient, io.now));
    if (!findings.some(({ isFatal }) => isFatal)) {
      tell(await checkTools(patient));
      tell([await checkThinking(patient), await checkStructured(patient)]);
      tell(await checkTemplate(patient));
    }
    sent = patient.sent();
  }
  if (agent !== undefined) tell(await checkProviders(agent, signal));
  const isAble = !findings.some(({ isFatal }) => isFatal);
  if (isJson) io.out.write(`${JSON.stringify({ isAble, requests: sent, findings }, undefined, 2)}\n`);
  else {
    io.out.write(`\n${isAble ? 'Agents can run here.' : 'An agent could not run here.'} `);
    io.out.write(`${sent} requests made the model write, of at most ${MAX_TOKENS} tokens each.\n`);
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
        return provider.isRequired ? fatal(check, message) : note(check, `runs go on without it: ${message}`);
      }
    }),
  );
}
