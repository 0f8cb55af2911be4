// Owns the chat in a terminal: questions, commands, and what Ctrl-C does. Showing a run is left to `render.ts`, running it to
// the loop.

import type { Agent } from '../agent/agent.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import type { VllmClient } from '../client/client.ts';
import { VllmError } from '../core/vllm-error.ts';
import { stream } from '../setup/run.ts';
import type { ChatCommand, ChatView } from './chat-commands.ts';
import { runCommand } from './chat-commands.ts';
import { holdProviders, withResources } from './chat-servers.ts';
import { EXIT } from './help.ts';
import type { Io, Terminal } from './io.ts';
import type { Renderer } from './render.ts';
import { createRenderer } from './render.ts';

export interface Chat {
  readonly agent: Agent;
  readonly client: VllmClient;
  /** For every run; the model may be changed by a command. */
  readonly options: RunOptions;
  readonly isVerbose: boolean;
  readonly io: Io;
  readonly terminal: Terminal;
  /** Is told what shows the run, so that a question about a call does not write into it. */
  readonly onRenderer: (renderer: Renderer | undefined) => void;
}

/** Until the user leaves; gives the exit code. */
export async function chat(setting: Chat): Promise<number> {
  const { agent, io, terminal, client } = setting;
  const { signal } = io;
  const warn = ({ message }: { readonly message: string }): void => {
    if (setting.isVerbose) io.err.write(`${message}\n`);
  };
  const { askUser } = setting.options;
  await using held = await holdProviders(agent, { signal, warn, ...(askUser !== undefined && { askUser }) });
  const view: ChatView = {
    agent,
    client,
    provided: held.tools,
    model: setting.options.model,
    state: undefined,
    tokens: 0,
    turns: 0,
  };
  io.err.write(
    `${agent.name}${agent.description === '' ? '' : `: ${agent.description}`} /help tells what can be said.\n`,
  );
  let interrupts = 0;
  for (;;) {
    const read = await readMessage(terminal);
    if (read.type === 'end') return EXIT.done;
    if (read.type === 'interrupt') {
      interrupts++;
      if (interrupts > 1) return EXIT.interrupted;
      io.err.write('Ctrl-C again, or /quit, leaves.\n');
      continue;
    }
    interrupts = 0;
    const text = read.text.trim();
    if (text === '') continue;
    if (text.startsWith('/')) {
      const command: ChatCommand = await runCommand(text, view, io);
      if (command === 'quit') return EXIT.done;
      if (command !== undefined && (await answer(setting, view, command.say))) return EXIT.interrupted;
      continue;
    }
    const wasLeft = await answer(setting, view, await withResources(agent.providers, text, io));
    if (wasLeft) return EXIT.interrupted;
  }
}

/** Runs the agent on one message; true when the user interrupted twice. */
async function answer(setting: Chat, view: ChatView, input: RunInput): Promise<boolean> {
  const { agent, options, io, terminal } = setting;
  const controller = new AbortController();
  let interrupts = 0;
  const release = terminal.onInterrupt(() => {
    interrupts++;
    controller.abort();
  });
  const renderer = createRenderer(io, { isVerbose: setting.isVerbose, hasOutput: agent.output !== undefined });
  setting.onRenderer(renderer);
  const running = stream(agent, input, {
    ...options,
    model: view.model,
    signal: AbortSignal.any([io.signal, controller.signal]),
    ...(view.state !== undefined && { state: view.state }),
  });
  try {
    for await (const event of running) renderer.event(event);
    remember(view, await running.result);
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

function remember(view: ChatView, { state, usage, turns }: RunResult): void {
  view.state = state;
  view.tokens += usage.totalTokens;
  view.turns += turns;
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
