// Owns the slash commands of the chat. The conversation itself is left to `chat.ts`.

import { nearName } from '../core/known-names.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { ChatState, Command, CommandResult } from './chat-command.ts';
import { getPrompt, listPrompts, listResources } from './chat-servers.ts';
import { SESSION_COMMANDS } from './chat-sessions.ts';
import type { Io } from './io.ts';
import { block, join, styled } from './styled.ts';

const EDITING = [
  'End a line with \\ to continue the message on the next one; """ starts and ends a block of lines.',
  'Text that is pasted is one message. What is typed while an answer comes waits for the next prompt.',
  'Ctrl-C stops the answer or the command, or drops the line; twice at an empty prompt, it leaves the chat.',
];

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    description: 'prints this help',
    run: (_argument, _state, { err }) => {
      const commands = Object.entries(COMMANDS).map(([name, { description }]) => `  /${name.padEnd(10)}${description}`);
      err.write(`${[...commands, '', ...EDITING].join('\n')}\n`);
    },
  },
  tools: {
    description: 'lists the tools that are offered to the model',
    run: (_argument, { agent, providedTools }, { err }) => {
      const lines = [...agent.tools, ...providedTools()].map(
        ({ name, description }) => styled`  ${name}  ${description.split('\n')[0] ?? ''}`,
      );
      err.write(styled`${lines.length === 0 ? '  none' : join(lines, '\n')}\n`);
    },
  },
  model: {
    description: 'NAME switches to another model; without a name, lists the models',
    run: async (name, state, { err, signal }) => {
      const names = (await state.client.models.list({ signal })).data.map(({ id }) => id);
      const lines = names.map((id) => styled`${id === state.model ? '* ' : '  '}${id}`);
      if (name === '') err.write(styled`${join(lines, '\n')}\n`);
      else if (!names.includes(name))
        err.write(styled`The server has no model ${name}. Available: ${names.join(', ')}.\n`);
      else {
        state.model = name;
        err.write(styled`Switched to ${name}.\n`);
      }
    },
  },
  usage: {
    description: 'prints the tokens and turns used so far',
    run: (_argument, { tokens, turns, conversation }, { err }) => {
      const count = conversation.state?.messages.length ?? 0;
      err.write(`${tokens} tokens in ${turns} turns; the conversation has ${count} messages.\n`);
    },
  },
  save: {
    description: 'FILE saves the conversation as JSON, again under the same name if you like',
    run: async (file, { agent, conversation }, { err, saveFile }) => {
      const { state } = conversation;
      if (state === undefined) {
        err.write('There is nothing to save yet.\n');
        return;
      }
      const path = file === '' ? `${agent.name}-chat.json` : file;
      const saved = { agent: agent.name, state };
      const problem = await saveFile(path, `${JSON.stringify(saved, undefined, 2)}\n`);
      err.write(
        problem === undefined ? styled`Saved to ${path}.\n` : styled`Could not write ${path}: ${block(problem)}\n`,
      );
    },
  },
  prompts: {
    description: 'lists the prompts of the MCP servers; SERVER:NAME key=value sends one',
    run: async (prompt, { agent }, { err, signal }) => {
      if (prompt !== '') return { send: await getPrompt(agent.providers, prompt, signal) };
      const lines = await listPrompts(agent.providers, signal);
      err.write(styled`${lines.length === 0 ? '  none' : join(lines, '\n')}\n`);
      return undefined;
    },
  },
  resources: {
    description: 'lists the resources of the MCP servers; @SERVER:URI in a message attaches one',
    run: async (_argument, { agent }, { err, signal }) => {
      const lines = await listResources(agent.providers, signal);
      err.write(styled`${lines.length === 0 ? '  none' : join(lines, '\n')}\n`);
    },
  },
  ...SESSION_COMMANDS,
  quit: { description: 'leaves the chat', run: () => 'quit' },
};

/** Runs a line that starts with a slash. An error of the server is printed, and the chat goes on. */
export async function runCommand(line: string, state: ChatState, io: Io): Promise<CommandResult> {
  const [name = '', ...args] = line.slice(1).split(/\s+/);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const near = nearName(name, Object.keys(COMMANDS));
    io.err.write(styled`Unknown command /${name}. ${near === undefined ? 'Try /help.' : `Did you mean /${near}?`}\n`);
    return undefined;
  }
  try {
    return await command.run(args.join(' '), state, io);
  } catch (error) {
    if (!(error instanceof VllmError)) throw error;
    io.err.write(styled`${block(error.message)}\n`);
    return undefined;
  }
}
