// Owns the commands of the chat, which begin with a slash. The conversation itself is left to `chat.ts`.

import { closest } from 'fastest-levenshtein';
import type { Agent } from '../agent/agent.ts';
import type { VllmClient } from '../client/client.ts';
import type { Message } from '../core/message.ts';
import type { RunState } from '../core/run-state.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { Tool } from '../tool/tool.ts';
import { getPrompt, listPrompts, listResources } from './chat-servers.ts';
import type { Io } from './io.ts';

/** What a chat is at. */
export interface ChatView {
  readonly agent: Agent;
  readonly client: VllmClient;
  /** What servers bring, as of now. */
  readonly provided: () => readonly Tool[];
  model: string | undefined;
  state: RunState | undefined;
  tokens: number;
  turns: number;
}

/** `say`: the next message, as if the person had written it. */
export type ChatCommand = 'quit' | { readonly say: readonly Message[] } | undefined;

interface Command {
  readonly says: string;
  readonly run: (word: string, view: ChatView, io: Io) => Promise<ChatCommand> | ChatCommand;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    says: 'prints this',
    run: (_word, _view, { err }) => {
      const lines = Object.entries(COMMANDS).map(([name, { says }]) => `  /${name.padEnd(10)}${says}`);
      const more = [
        '',
        'A line that ends in \\ goes on; """ begins and ends several. Ctrl-C stops the answer, twice leaves.',
      ];
      err.write(`${[...lines, ...more].join('\n')}\n`);
    },
  },
  tools: {
    says: 'lists the tools that the model is offered',
    run: (_word, { agent, provided }, { err }) => {
      const lines = [...agent.tools, ...provided()].map(
        ({ name, description }) => `  ${name}  ${description.split('\n')[0]}`,
      );
      err.write(`${lines.length === 0 ? '  none' : lines.join('\n')}\n`);
    },
  },
  model: {
    says: 'NAME takes another model; alone tells which there are',
    run: async (word, view, { err }) => {
      const names = (await view.client.models.list()).data.map(({ id }) => id);
      if (word === '') err.write(`${names.map((id) => `${id === view.model ? '* ' : '  '}${id}`).join('\n')}\n`);
      else if (!names.includes(word)) err.write(`The server serves no ${word}. There are: ${names.join(', ')}.\n`);
      else {
        view.model = word;
        err.write(`The next answer is of ${word}.\n`);
      }
    },
  },
  usage: {
    says: 'tells the tokens and turns so far',
    run: (_word, { tokens, turns, state }, { err }) => {
      err.write(`${tokens} tokens in ${turns} turns; the conversation has ${state?.messages.length ?? 0} messages.\n`);
    },
  },
  save: {
    says: 'FILE writes the conversation into a new file, as JSON',
    run: async (word, { agent, state }, { err, saveFile }) => {
      if (state === undefined) {
        err.write('There is nothing to save yet.\n');
        return;
      }
      const path = word === '' ? `${agent.name}-chat.json` : word;
      const problem = await saveFile(path, `${JSON.stringify({ agent: agent.name, state }, undefined, 2)}\n`);
      err.write(problem === undefined ? `Saved in ${path}.\n` : `${path} was not written: ${problem}\n`);
    },
  },
  prompts: {
    says: 'lists the prompts of the servers; SERVER:NAME key=value says one',
    run: async (word, { agent }, { err, signal }) => {
      if (word !== '') return { say: await getPrompt(agent.providers, word, signal) };
      err.write(`${(await listPrompts(agent.providers, signal)).join('\n') || '  none'}\n`);
      return undefined;
    },
  },
  resources: {
    says: 'lists the resources of the servers; @SERVER:URI in a message adds one to it',
    run: async (_word, { agent }, { err, signal }) => {
      err.write(`${(await listResources(agent.providers, signal)).join('\n') || '  none'}\n`);
    },
  },
  quit: { says: 'leaves', run: () => 'quit' },
};

/** Does what a line with a slash says. */
export async function runCommand(line: string, view: ChatView, io: Io): Promise<ChatCommand> {
  const [name = '', ...words] = line.slice(1).split(/\s+/);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    io.err.write(`There is no /${name}. Did you mean /${closest(name, Object.keys(COMMANDS))}?\n`);
    return undefined;
  }
  try {
    return await command.run(words.join(' '), view, io);
  } catch (error) {
    if (!(error instanceof VllmError)) throw error;
    io.err.write(`${error.message}\n`);
    return undefined;
  }
}
