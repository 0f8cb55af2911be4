// Owns the chat in a terminal: questions, commands, and what Ctrl-C does. Showing a run is left to `render.ts`, commands
// to `chat-commands.ts`.

import type { Agent } from '../agent/agent.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import type { VllmClient } from '../client/client.ts';
import { VllmError } from '../core/vllm-error.ts';
import { stream } from '../setup/run.ts';
import type { ProviderWarning } from '../tool/tool-provider.ts';
import type { ChatState, CommandResult } from './chat-commands.ts';
import { runCommand } from './chat-commands.ts';
import { openProviders, withResources } from './chat-servers.ts';
import { EXIT } from './help.ts';
import type { Io, Terminal } from './io.ts';
import type { Renderer } from './render.ts';
import { createRenderer, harmless } from './render.ts';
import type { IsShown } from './shown-warnings.ts';

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
  const warn = (warning: ProviderWarning): void => {
    if (setting.isShown(warning)) io.err.write(`${harmless(`! ${warning.code}: ${warning.message}`)}\n`);
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
  io.err.write(
    `${agent.name}${agent.description === '' ? '' : `: ${agent.description}`} Type /help for the commands.\n`,
  );
  let interrupts = 0;
  for (;;) {
    const read = await readMessage(terminal);
    if (read.type === 'end') return EXIT.done;
    if (read.type === 'interrupt') {
      interrupts++;
      if (interrupts > 1) return EXIT.interrupted;
      io.err.write('Press Ctrl-C again or type /quit to leave.\n');
      continue;
    }
    interrupts = 0;
    const text = read.text.trim();
    if (text === '') continue;
    if (text.startsWith('/')) {
      const result: CommandResult = await runCommand(text, state, io);
      if (result === 'quit') return EXIT.done;
      if (result !== undefined && (await answer(setting, state, result.send))) return EXIT.interrupted;
      continue;
    }
    const wasLeft = await answer(setting, state, await withResources(agent.providers, text, io));
    if (wasLeft) return EXIT.interrupted;
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
    io.err.write(`${error.message}\n`);
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

type Read =
  | { readonly type: 'end' }
  | { readonly type: 'interrupt' }
  | { readonly type: 'line'; readonly text: string };

const FENCE = '"""';

/** One line; more when a line ends in a backslash, or between two lines that begin with `"""`. */
async function readMessage(terminal: Terminal): Promise<Read> {
  const lines: string[] = [];
  let isFenced = false;
  for (;;) {
    const read = await terminal.ask(lines.length === 0 && !isFenced ? '> ' : '. ');
    if (read.type !== 'line') return read;
    const { text } = read;
    if (!isFenced && lines.length === 0 && text.startsWith(FENCE) && !text.slice(FENCE.length).includes(FENCE)) {
      isFenced = true;
      if (text.length > FENCE.length) lines.push(text.slice(FENCE.length));
    } else if (isFenced && text.trimEnd().endsWith(FENCE)) {
      lines.push(text.trimEnd().slice(0, -FENCE.length));
      return { type: 'line', text: lines.join('\n') };
    } else if (!isFenced && text.endsWith('\\')) lines.push(text.slice(0, -1));
    else {
      lines.push(text);
      if (!isFenced) return { type: 'line', text: lines.join('\n') };
    }
  }
}
