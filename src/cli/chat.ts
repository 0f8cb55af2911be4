// Owns the chat in a terminal: questions, commands, and what Ctrl-C does. Reading a message is left to `message-reader.ts`, showing a run to
// `render.ts`, commands to `chat-commands.ts`.

import type { Agent } from '../agent/agent.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import type { VllmClient } from '../client/client.ts';
import { VllmError } from '../core/vllm-error.ts';
import { stream } from '../setup/run.ts';
import type { ProviderWarning } from '../tool/tool-provider.ts';
import type { ChatState } from './chat-commands.ts';
import { runCommand } from './chat-commands.ts';
import { openProviders, withResources } from './chat-servers.ts';
import { EXIT } from './help.ts';
import type { Io, Terminal } from './io.ts';
import { AGAIN, createPresses, readMessage } from './message-reader.ts';
import type { Renderer } from './render.ts';
import { createRenderer } from './render.ts';
import type { IsShown } from './shown-warnings.ts';
import { untilStopped } from './stoppable.ts';
import { block, styled } from './styled.ts';

export interface Chat {
  readonly agent: Agent;
  readonly client: VllmClient;
  /** For every run. A command may change the model. */
  readonly options: RunOptions;
  readonly isVerbose: boolean;
  readonly isShown: IsShown;
  readonly io: Io;
  readonly terminal: Terminal;
  /** Receives the renderer of the current run, so that a prompt about a call ends the line it is writing. */
  readonly onRenderer: (renderer: Renderer | undefined) => void;
}

/** Runs until the user leaves; returns the exit code. */
export async function chat(setting: Chat): Promise<number> {
  const { agent, io, terminal, client } = setting;
  const { signal } = io;
  // From the start: what is typed while the servers start is for the first prompt.
  using _keyboard = terminal.hold();
  const warn = (warning: ProviderWarning): void => {
    if (setting.isShown(warning)) io.err.write(styled`! ${warning.code}: ${block(warning.message)}\n`);
  };
  const { askUser } = setting.options;
  await using providers = await openProviders(agent, { signal, warn, ...(askUser !== undefined && { askUser }) });
  const state: ChatState = {
    agent,
    client,
    providedTools: providers.tools,
    model: setting.options.model,
    runState: undefined,
    tokens: 0,
    turns: 0,
  };
  const description = agent.description === '' ? '' : `: ${agent.description}`;
  io.err.write(styled`${agent.name}${description} Type /help for the commands.\n`);
  const presses = createPresses(io.now);
  for (;;) {
    const read = await readMessage(terminal, io);
    if (signal.aborted) return EXIT.interrupted;
    if (read.type === 'end') return EXIT.done;
    if (read.type === 'interrupt') {
      // It dropped the line.
      if (read.hadText === true) presses.reset();
      else if (presses.press()) return EXIT.interrupted;
      else io.err.write(`${AGAIN} or type /quit to leave.\n`);
      continue;
    }
    presses.reset();
    const text = read.text.trim();
    if (text === '') continue;
    if (text.startsWith('/') && !text.includes('\n')) {
      const result = (await untilStopped(terminal, io, (stoppable) => runCommand(text, state, stoppable)))?.value;
      if (result === 'quit') return EXIT.done;
      if (result !== undefined && (await answer(setting, state, result.send))) return EXIT.interrupted;
      continue;
    }
    const message = await untilStopped(terminal, io, (stoppable) => withResources(agent.providers, text, stoppable));
    if (message !== undefined && (await answer(setting, state, message.value))) return EXIT.interrupted;
  }
}

/** Runs the agent on one message; true when the user interrupted twice. */
async function answer(setting: Chat, state: ChatState, input: RunInput): Promise<boolean> {
  const { agent, options, io, terminal } = setting;
  const controller = new AbortController();
  let interrupts = 0;
  const release = terminal.onInterrupt(() => {
    interrupts++;
    controller.abort();
    // If even this does not end the run, the next one ends the program.
    if (interrupts > 1) release();
  });
  const { isVerbose, isShown } = setting;
  const renderer = createRenderer(io, { isVerbose, hasOutput: agent.output !== undefined, isShown });
  setting.onRenderer(renderer);
  const running = stream(agent, input, {
    ...options,
    model: state.model,
    signal: AbortSignal.any([io.signal, controller.signal]),
    ...(state.runState !== undefined && { state: state.runState }),
  });
  try {
    for await (const event of running) renderer.event(event);
    remember(state, await running.result);
  } catch (error) {
    if (!(error instanceof VllmError)) throw error;
    io.err.write(styled`${block(error.message)}\n`);
  } finally {
    renderer.end();
    setting.onRenderer(undefined);
    release();
  }
  return interrupts > 1 || io.signal.aborted;
}

function remember(chatState: ChatState, { state, usage, turns }: RunResult): void {
  chatState.runState = state;
  chatState.tokens += usage.totalTokens;
  chatState.turns += turns;
}
