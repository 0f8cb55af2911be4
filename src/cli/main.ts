// Owns what running an agent's file does, from its arguments to its exit code. The process itself is left to `run-main.ts`.

import type { Agent } from '../agent/agent.ts';
import { defineAgent } from '../agent/define-agent.ts';
import { stream } from '../agent/run.ts';
import type { RunOptions } from '../agent/run-options.ts';
import type { ToolChoice } from '../client/chat-params.ts';
import { MissingParameterError } from '../client/errors.ts';
import { DefinitionError } from '../core/definition-error.ts';
import type { Outcome } from '../core/run-event.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { Wanted } from './args.ts';
import { readArgs, UsageError } from './args.ts';
import { EXIT, helpText } from './help.ts';
import type { Io } from './io.ts';
import { createRenderer } from './render.ts';
import { chooseServer } from './server-choice.ts';
import { VERSION } from './version.ts';

/** Does what the command line says; gives the exit code. */
export async function main(agent: Agent, io: Io): Promise<number> {
  try {
    const wanted = readArgs(io.args);
    if (wanted.isHelp) {
      io.out.write(helpText(agent, io.program));
      return EXIT.done;
    }
    if (wanted.isVersion) {
      io.out.write(`${VERSION}\n`);
      return EXIT.done;
    }
    const question = await readQuestion(wanted, io);
    return await answer(agent, question, wanted, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err.write(`${error.message}\nnpx tsx ${io.program} --help tells what can be said.\n`);
      return EXIT.usage;
    }
    if (!(error instanceof VllmError) && !(error instanceof DefinitionError)) throw error;
    io.err.write(`${error.message}\n`);
    return error instanceof MissingParameterError ? EXIT.usage : EXIT.failed;
  }
}

/** The words on the command line, then what is piped in. */
async function readQuestion({ question }: Wanted, io: Io): Promise<string> {
  const piped = (await io.readInput(question !== ''))?.trim();
  const whole = [question.trim(), piped ?? ''].filter((part) => part !== '').join('\n\n');
  if (whole === '') throw new UsageError('There is no question.');
  return whole;
}

async function answer(agent: Agent, question: string, wanted: Wanted, io: Io): Promise<number> {
  await using server = await chooseServer(wanted.baseUrl ?? (io.env.VLLM_BASE_URL || undefined), io);
  const options: RunOptions = {
    client: server.client,
    model: wanted.model ?? (io.env.VLLM_MODEL || undefined),
    signal: io.signal,
    toolChoice: toolChoiceOf(agent, wanted),
    ...(wanted.maxTurns !== undefined && { limits: { turns: wanted.maxTurns } }),
  };
  const running = stream(wanted.hasTools ? agent : withoutTools(agent), question, options);
  const renderer = wanted.isJson ? undefined : createRenderer(io, wanted.isVerbose);
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

function toolChoiceOf(agent: Agent, { toolChoice }: Wanted): ToolChoice | undefined {
  if (toolChoice === undefined || toolChoice === 'auto' || toolChoice === 'required') return toolChoice;
  if (agent.tools.some(({ name }) => name === toolChoice)) return { type: 'function', function: { name: toolChoice } };
  const names = ['auto', 'required', ...agent.tools.map(({ name }) => name)].join(', ');
  throw new UsageError(`--tool-choice ${toolChoice}: there are ${names}.`);
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
