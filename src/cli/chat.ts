// Owns the chat in a terminal: questions, commands, and what Ctrl-C does. Reading a message is left to `message-reader.ts`, showing a run to
// `show-run.ts`, commands to `chat-commands.ts`.

import type { RunStream } from '../agent/run.ts';
import type { RunOptions, RunResult } from '../agent/run-options.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { ProviderWarning } from '../tool/tool-provider.ts';
import type { CliArgs } from './args.ts';
import type { ChatState } from './chat-command.ts';
import { runCommand } from './chat-commands.ts';
import { openProviders, withResources } from './chat-servers.ts';
import type { Conversation } from './conversation.ts';
import { commandLine } from './go-on.ts';
import { EXIT } from './help.ts';
import type { Io, Terminal } from './io.ts';
import { lastExchange } from './last-exchange.ts';
import { AGAIN, createPresses, readMessage } from './message-reader.ts';
import type { ProgramSetting } from './program-setting.ts';
import { resumption } from './resumption.ts';
import { showRun } from './show-run.ts';
import type { IsShown } from './shown-warnings.ts';
import { untilStopped } from './stoppable.ts';
import { block, styled } from './styled.ts';

export interface Chat {
  /** A command may change the model. */
  readonly setting: ProgramSetting;
  readonly conversation: Conversation;
  readonly cliArgs: CliArgs;
  readonly isShown: IsShown;
  readonly io: Io;
  readonly terminal: Terminal;
}

/** Runs until the user leaves; returns the exit code. */
export async function chat(chatting: Chat): Promise<number> {
  const code = await converse(chatting);
  const { conversation, cliArgs, io } = chatting;
  if (conversation.session !== undefined)
    io.err.write(styled`To go on with this conversation: ${commandLine(io, cliArgs.stored.file, ['--continue'])}\n`);
  return code;
}

async function converse(chatting: Chat): Promise<number> {
  const { setting, conversation, io, terminal } = chatting;
  const { agent, client } = setting;
  const { signal } = io;
  // From the start: what is typed while the servers start is for the first prompt.
  using _keyboard = terminal.hold();
  const warn = (warning: ProviderWarning): void => {
    if (chatting.isShown(warning)) io.err.write(styled`! ${warning.code}: ${block(warning.message)}\n`);
  };
  const { askUser } = setting.options;
  await using providers = await openProviders(agent, { signal, warn, ...(askUser !== undefined && { askUser }) });
  const state: ChatState = {
    agent,
    client,
    conversation,
    providedTools: providers.tools,
    model: setting.options.model,
    tokens: 0,
    turns: 0,
  };
  const description = agent.description === '' ? '' : `: ${agent.description}`;
  io.err.write(styled`${agent.name}${description} Type /help for the commands.\n`);
  if (conversation.state !== undefined) io.err.write(lastExchange(conversation.state.messages));
  if (await goOn(chatting, state)) return EXIT.interrupted;
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
      if (result !== undefined && (await answer(chatting, state, result.send))) return EXIT.interrupted;
      continue;
    }
    const message = await untilStopped(terminal, io, (stoppable) => withResources(agent.providers, text, stoppable));
    if (message !== undefined && (await answer(chatting, state, message.value))) return EXIT.interrupted;
  }
}

/** Runs the agent on one message; true when the user interrupted twice. */
async function answer(chatting: Chat, state: ChatState, input: Parameters<Conversation['ask']>[1]): Promise<boolean> {
  // A run that the store could not record goes on first: a message in the middle of it would part the conversation.
  if (await goOn(chatting, state)) return true;
  const { setting, conversation } = chatting;
  return await untilEnded(chatting, state, async (options) => {
    return await conversation.ask(setting.agent, input, { ...setting.options, ...options });
  });
}

/** Goes on with the run of the conversation that was interrupted, if there is one; true when the user interrupted twice. */
async function goOn(chatting: Chat, state: ChatState): Promise<boolean> {
  const { setting, conversation, cliArgs, io } = chatting;
  const left = await conversation.unfinished();
  if (left === undefined) return false;
  io.err.write('The last answer was interrupted: it goes on.\n');
  return await untilEnded(chatting, state, async (own) => {
    const options = { ...setting.options, ...own };
    const parts = { agent: setting.agent, options, conversation, cliArgs, io: { ...io, signal: own.signal } };
    return (await resumption(left, parts)).running;
  });
}

interface ChatOptions {
  readonly model: RunOptions['model'];
  readonly signal: AbortSignal;
}

/** Ctrl-C ends the run, and the chat goes on; true when it was pressed twice. */
async function untilEnded(
  chatting: Chat,
  state: ChatState,
  start: (options: ChatOptions) => Promise<RunStream>,
): Promise<boolean> {
  const { setting, conversation, cliArgs, isShown, io, terminal } = chatting;
  const { agent, onRenderer } = setting;
  const controller = new AbortController();
  let interrupts = 0;
  const release = terminal.onInterrupt(() => {
    interrupts++;
    controller.abort();
    // If even this does not end the run, the next one ends the program.
    if (interrupts > 1) release();
  });
  const signal = AbortSignal.any([io.signal, controller.signal]);
  try {
    const running = await start({ model: state.model, signal });
    const result = await showRun(running, agent, { io, ...cliArgs, isJson: false, isShown, onRenderer });
    conversation.remember(result);
    count(state, result);
  } catch (error) {
    // It waited for another process.
    if (!(error instanceof VllmError) && !signal.aborted) throw error;
    io.err.write(error instanceof VllmError ? styled`${block(error.message)}\n` : 'Interrupted.\n');
  } finally {
    release();
  }
  return interrupts > 1 || io.signal.aborted;
}

function count(state: ChatState, { usage, turns }: RunResult): void {
  state.tokens += usage.totalTokens;
  state.turns += turns;
}
