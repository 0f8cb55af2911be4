// Owns running an agent as a program, from its arguments to its exit code. The process itself is left to `run-process.ts`.

import { dirname, join } from 'node:path';
import type { Agent } from '../agent/agent.ts';
import { checkAgent } from '../agent/check-input.ts';
import { defineAgent } from '../agent/define-agent.ts';
import type { RunOptions } from '../agent/run-options.ts';
import { addressWithoutSecrets } from '../client/base-url.ts';
import type { ToolChoice } from '../client/chat-params.ts';
import { DefinitionError } from '../core/definition-error.ts';
import { unknownOption } from '../core/known-names.ts';
import type { Outcome } from '../core/run-event.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { McpServer } from '../mcp/server.ts';
import { definitionOf } from '../mcp/tool-definitions.ts';
import { signInFile } from '../setup/environment.ts';
import { mcpServersFrom } from '../setup/mcp-servers-from.ts';
import { serversOf } from '../setup/mount-mcp.ts';
import { stream } from '../setup/run.ts';
import { packageVersion } from '../setup/version.ts';
import { createApprove } from './approval.ts';
import type { CliArgs } from './args.ts';
import { readArgs, UsageError } from './args.ts';
import { chat } from './chat.ts';
import { EXIT, helpText } from './help.ts';
import { expandHome } from './home-path.ts';
import { createAskUser } from './input-form.ts';
import type { Io } from './io.ts';
import type { Renderer } from './render.ts';
import { createRenderer } from './render.ts';
import { chooseServer } from './server-choice.ts';
import { createIsShown } from './shown-warnings.ts';
import { block, styled } from './styled.ts';

/** What a program says beside its command line. */
export interface ProgramOptions {
  /** As if `--simulate` were always given; `--base-url` wins over it. Default false. */
  readonly simulate?: boolean;
}

/** Runs the agent as the command line says; returns the exit code. */
export async function main(agent: Agent, io: Io, options: ProgramOptions = {}): Promise<number> {
  try {
    checkAgent(agent);
    const cliArgs = withOptions(readArgs(io.args), options);
    if (cliArgs.isHelp) {
      io.out.write(helpText(agent, io.program));
      return EXIT.done;
    }
    if (cliArgs.isVersion) {
      io.out.write(`${packageVersion()}\n`);
      return EXIT.done;
    }
    if (cliArgs.isDoctor) {
      const { baseUrl, model, isJson } = cliArgs;
      // Loaded on demand: a run does not need it.
      const { examine } = await import('./doctor/doctor.ts');
      return await examine({ agent: await withServers(agent, cliArgs, io), baseUrl, model, isJson }, io);
    }
    return await answer(agent, await readQuestion(cliArgs, io), cliArgs, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err.write(styled`${block(error.message)}\nRun npx tsx ${io.program} --help for usage.\n`);
      return EXIT.usage;
    }
    if (!(error instanceof VllmError) && !(error instanceof DefinitionError)) throw error;
    io.err.write(styled`${block(error.message)}\n`);
    return error instanceof DefinitionError ? EXIT.usage : EXIT.failed;
  }
}

function withOptions(cliArgs: CliArgs, options: ProgramOptions): CliArgs {
  const wrong = unknownOption(options, { names: ['simulate'] });
  if (wrong !== undefined) throw new DefinitionError(`runMain: ${wrong}`);
  const isSimulated = cliArgs.isSimulated || (options.simulate === true && cliArgs.baseUrl === undefined);
  return { ...cliArgs, isSimulated };
}

/**
 * The question of the command line, then the piped input; undefined for a chat. Beside a question the input is read only on request: it
 * may be a pipe that never ends, or what the loop around this program reads from.
 */
async function readQuestion({ question, wantsInput, isJson }: CliArgs, io: Io): Promise<string | undefined> {
  const own = question.trim();
  if (own !== '' && !wantsInput) {
    if (io.isPiped) io.err.write('The piped input is not read: add - to have it read after the question.\n');
    return own;
  }
  const piped = (await io.readInput())?.trim();
  if (wantsInput && piped === undefined) throw new UsageError('- stands for piped input, but there is none.');
  const whole = [own, piped ?? ''].filter((part) => part !== '').join('\n\n');
  if (whole !== '') return whole;
  if (io.terminal === undefined || isJson)
    throw new UsageError('No question was given: write one after the flags, or pipe one in.');
  return undefined;
}

async function answer(given: Agent, question: string | undefined, cliArgs: CliArgs, io: Io): Promise<number> {
  if (cliArgs.approve === 'ask' && io.terminal === undefined) {
    throw new UsageError('--approve ask needs a terminal: use --approve all or --approve none.');
  }
  const agent = cliArgs.hasTools ? await withServers(given, cliArgs, io) : withoutTools(given);
  await using server = await chooseServer(cliArgs, io);
  let renderer: Renderer | undefined;
  const options: RunOptions = {
    client: server.client,
    model: server.onlyModel ?? cliArgs.model ?? (io.env.VLLM_MODEL?.trim() || undefined),
    signal: io.signal,
    toolChoice: toolChoiceOf(agent, cliArgs),
    params: cliArgs.params,
    ...(cliArgs.maxTurns !== undefined && { limits: { turns: cliArgs.maxTurns } }),
    ...approvals(agent, cliArgs, io, () => renderer?.end()),
    ...(io.terminal !== undefined && { askUser: createAskUser(io.terminal, io, () => renderer?.end()) }),
  };
  if (question === undefined && io.terminal !== undefined) {
    const onRenderer = (shown: Renderer | undefined): void => {
      renderer = shown;
    };
    const { isVerbose } = cliArgs;
    const isShown = createIsShown(isVerbose);
    const { terminal } = io;
    return await chat({ agent, client: server.client, options, isVerbose, isShown, io, terminal, onRenderer });
  }
  const running = stream(agent, question ?? '', options);
  if (!cliArgs.isJson)
    renderer = createRenderer(io, { isVerbose: cliArgs.isVerbose, hasOutput: agent.output !== undefined });
  try {
    for await (const event of running) {
      if (renderer === undefined) io.out.write(`${JSON.stringify(event)}\n`);
      else renderer.event(event);
    }
  } finally {
    renderer?.end();
  }
  return exitCodeOf((await running.result).outcome);
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

function toolChoiceOf(agent: Agent, { toolChoice }: CliArgs): ToolChoice | undefined {
  if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'required') return toolChoice;
  // The tools of a server are not known before it is started.
  const isOfServer = agent.providers.some(({ name }) => toolChoice.startsWith(`${name}__`));
  if (isOfServer || agent.tools.some(({ name }) => name === toolChoice))
    return { type: 'function', function: { name: toolChoice } };
  const names = ['auto', 'required', ...agent.tools.map(({ name }) => name)].join(', ');
  throw new UsageError(`Unknown --tool-choice ${toolChoice}. Available: ${names}.`);
}

async function withServers(agent: Agent, { mcpFiles, mcpUrls }: CliArgs, io: Io): Promise<Agent> {
  const ofFiles = mcpFiles.filter((path) => path !== OF_PROJECT).flatMap(serversOfFile);
  if (mcpFiles.includes(OF_PROJECT)) ofFiles.push(...(await serversOfProject(io)));
  const ofUrls = mcpUrls.flatMap((url) => serversOf({ [nameOf(url)]: { url } }));
  return { ...agent, providers: [...agent.providers, ...ofFiles, ...ofUrls] };
}

/** In place of a file. One of that name is given as `./auto`. */
const OF_PROJECT = 'auto';

async function serversOfProject(io: Io): Promise<readonly McpServer[]> {
  const { projectServers } = await import('./project-servers.ts');
  const allowedFile = join(dirname(signInFile(io.env)), 'allowed-files.json');
  return serversOf(await projectServers(io, { folder: process.cwd(), allowedFile }));
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

function withoutTools(agent: Agent): Agent {
  const { name, instructions, params, limits } = agent;
  return defineAgent({ name, instructions, params, limits });
}

function exitCodeOf(outcome: Outcome): number {
  switch (outcome.type) {
    case 'completed':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'limit':
      return EXIT.limit;
    case 'empty':
      return EXIT.empty;
    case 'waiting':
      return EXIT.waiting;
    case 'aborted':
      return EXIT.interrupted;
    default:
      return outcome satisfies never;
  }
}
