// Owns what the command line gives to the runs of a program: the agent with its servers, the client, the options. Running is left to
// `main.ts` and to the commands.

import { dirname, join } from 'node:path';
import type { Agent } from '../agent/agent.ts';
import { defineAgent } from '../agent/define-agent.ts';
import type { RunOptions } from '../agent/run-options.ts';
import { addressWithoutSecrets } from '../client/base-url.ts';
import type { ToolChoice } from '../client/chat-params.ts';
import type { VllmClient } from '../client/client.ts';
import { DefinitionError } from '../core/definition-error.ts';
import type { McpServer } from '../mcp/server.ts';
import { definitionOf } from '../mcp/tool-definitions.ts';
import { signInFile } from '../setup/environment.ts';
import { mcpServersFrom } from '../setup/mcp-servers-from.ts';
import { serversOf } from '../setup/mount-mcp.ts';
import { createApprove } from './approval.ts';
import type { CliArgs } from './args.ts';
import { expandHome } from './home-path.ts';
import { createAskUser } from './input-form.ts';
import type { Io } from './io.ts';
import { projectServers } from './project-servers.ts';
import type { Renderer } from './render.ts';
import { chooseServer } from './server-choice.ts';
import { UsageError } from './usage-error.ts';

export interface ProgramSetting extends AsyncDisposable {
  readonly agent: Agent;
  readonly client: VllmClient;
  /** For every run. */
  readonly options: RunOptions;
  /** Receives the renderer of the current run, so that a prompt about a call ends the line it is writing. */
  readonly onRenderer: (renderer: Renderer | undefined) => void;
}

/** The caller disposes it. Throws a UsageError, or a VllmError when there is no server. */
export async function openSetting(given: Agent, cliArgs: CliArgs, io: Io): Promise<ProgramSetting> {
  if (cliArgs.approve === 'ask' && io.terminal === undefined) {
    throw new UsageError('--approve ask needs a terminal: use --approve all or --approve none.');
  }
  const agent = cliArgs.hasTools ? await withServers(given, cliArgs, io) : withoutTools(given);
  const server = await chooseServer(cliArgs, io);
  let renderer: Renderer | undefined;
  const beforeAsk = (): void => renderer?.end();
  const options: RunOptions = {
    client: server.client,
    model: server.onlyModel ?? cliArgs.model ?? (io.env.VLLM_MODEL?.trim() || undefined),
    signal: io.signal,
    toolChoice: toolChoiceOf(agent, cliArgs.toolChoice),
    params: cliArgs.params,
    ...(cliArgs.maxTurns !== undefined && { limits: { turns: cliArgs.maxTurns } }),
    ...approvals(agent, cliArgs, io, beforeAsk),
    ...(io.terminal !== undefined && { askUser: createAskUser(io.terminal, io, beforeAsk) }),
  };
  return {
    agent,
    client: server.client,
    options,
    onRenderer: (shown) => {
      renderer = shown;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The agent's own `approve` is kept unless the command line overrides it. */
function approvals(agent: Agent, { approve }: CliArgs, io: Io, beforeAsk: () => void): Pick<RunOptions, 'approve'> {
  if (approve === undefined && agent.approve !== undefined) return {};
  const decide = createApprove(approve ?? 'ask', io, {
    beforeAsk,
    definitionOf: (name) => definitionOf(agent.providers, name),
  });
  return decide === undefined ? {} : { approve: decide };
}

export function toolChoiceOf(agent: Agent, toolChoice: string | undefined): ToolChoice | undefined {
  if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'required') return toolChoice;
  // The tools of a server are not known before it is started.
  const isOfServer = agent.providers.some(({ name }) => toolChoice.startsWith(`${name}__`));
  if (isOfServer || agent.tools.some(({ name }) => name === toolChoice))
    return { type: 'function', function: { name: toolChoice } };
  const names = ['auto', 'required', ...agent.tools.map(({ name }) => name)].join(', ');
  throw new UsageError(`Unknown --tool-choice ${toolChoice}. Available: ${names}.`);
}

export async function withServers(agent: Agent, { mcpFiles, mcpUrls }: CliArgs, io: Io): Promise<Agent> {
  const ofFiles = mcpFiles.filter((path) => path !== OF_PROJECT).flatMap(serversOfFile);
  if (mcpFiles.includes(OF_PROJECT)) ofFiles.push(...(await serversOfProject(io)));
  const ofUrls = mcpUrls.flatMap((url) => serversOf({ [nameOf(url)]: { url } }));
  return { ...agent, providers: [...agent.providers, ...ofFiles, ...ofUrls] };
}

/** In place of a file. One of that name is given as `./auto`. */
const OF_PROJECT = 'auto';

async function serversOfProject(io: Io): Promise<readonly McpServer[]> {
  const allowedFile = join(dirname(signInFile(io.env)), 'allowed-files.json');
  return serversOf(await projectServers(io, { folder: io.folder, allowedFile }));
}

function serversOfFile(path: string): readonly McpServer[] {
  try {
    return serversOf(mcpServersFrom(expandHome(path)));
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new UsageError(`--mcp ${path}: ${error.message}`, { cause: error });
  }
}

/** The name of a server that is given by its URL alone: its host. */
function nameOf(url: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return new URL(url).host.replace(/[^a-zA-Z0-9]+/g, '_');
  const shown = JSON.stringify(addressWithoutSecrets(url));
  throw new UsageError(`--mcp-url ${shown} is not a URL that begins with http:// or https://.`);
}

export function withoutTools(agent: Agent): Agent {
  const { name, instructions, params, limits } = agent;
  return defineAgent({ name, instructions, params, limits });
}
