// Owns what a slash command of the chat is, and the state that it may change. The commands are left to `chat-commands.ts` and
// `chat-sessions.ts`.

import type { Agent } from '../agent/agent.ts';
import type { VllmClient } from '../client/client.ts';
import type { Message } from '../core/message.ts';
import type { Tool } from '../tool/tool.ts';
import type { Conversation } from './conversation.ts';
import type { Io } from './io.ts';

/** The state of a chat. The commands change it. */
export interface ChatState {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly conversation: Conversation;
  /** The current tools of the tool providers. */
  readonly providedTools: () => readonly Tool[];
  model: string | undefined;
  tokens: number;
  turns: number;
}

/** What the chat does after a command. `send` holds messages to send as if the user had written them. */
export type CommandResult = 'quit' | { readonly send: readonly Message[] } | undefined;

export interface Command {
  /** For /help. */
  readonly description: string;
  readonly run: (argument: string, state: ChatState, io: Io) => Promise<CommandResult> | CommandResult;
}
