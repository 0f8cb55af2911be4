// Owns the slash commands about the stored conversation: list, rename, fork, undo, export. The others are left to `chat-commands.ts`.

import { randomUUID } from 'node:crypto';
import type { Store } from '../session/store.ts';
import type { StoredSession } from '../session/stored-session.ts';
import type { Command } from './chat-command.ts';
import type { Conversation } from './conversation.ts';
import { asFile } from './conversation-file.ts';
import type { Io } from './io.ts';
import { textOf } from './message-text.ts';
import { MAX_LISTED, sessionLines } from './session-choice.ts';
import { block, styled } from './styled.ts';

export const SESSION_COMMANDS: Readonly<Record<string, Command>> = {
  sessions: {
    description: 'lists the stored conversations with this agent',
    run: async (_argument, { agent, conversation }, io) => {
      const { store } = conversation;
      if (store === undefined) return nothingStored(io);
      const sessions = await store.listSessions({ agent: agent.name, limit: MAX_LISTED });
      const none = sessions.length === 0;
      io.err.write(none ? '  none\n' : styled`${await sessionLines(store, sessions, io)}\n`);
      if (!none) io.err.write('Go on with one: --resume NAME.\n');
      return undefined;
    },
  },
  rename: {
    description: 'NAME names the stored conversation',
    run: async (name, { conversation }, io) => {
      const stored = storedOf(conversation, io);
      if (stored === undefined) return;
      if (name === '') {
        io.err.write('Which name? /rename NAME\n');
        return;
      }
      await stored.store.renameSession(stored.session.sessionId, name);
      await conversation.use(stored.session);
      io.err.write(styled`The conversation is named ${name}.\n`);
    },
  },
  fork: {
    description: 'TURN goes on from an earlier question in a copy; the conversation itself stays',
    run: async (turn, { conversation }, io) => {
      const stored = storedOf(conversation, io);
      if (stored === undefined) return;
      const questions = questionsOf(conversation);
      const wanted = turn === '' ? questions.length : /^\d+$/.test(turn) ? Number(turn) : Number.NaN;
      if (!(wanted >= 1 && wanted <= questions.length)) {
        io.err.write(`The conversation has ${questions.length} questions: /fork 1 to /fork ${questions.length}.\n`);
        return;
      }
      // Up to the next question, which is not taken over.
      const length = questions[wanted] ?? conversation.state?.messages.length ?? 0;
      await goOnIn(conversation, stored, length, null);
      io.err.write(`This is a copy of the conversation up to question ${wanted}.\n`);
    },
  },
  undo: {
    description: 'takes the last question and its answer back',
    run: async (_argument, { conversation }, io) => {
      const stored = storedOf(conversation, io);
      const last = questionsOf(conversation).at(-1);
      if (stored === undefined || last === undefined) return;
      const undone = textOf(conversation.state?.messages[last]);
      const { store, session } = stored;
      // Nothing that was stored is removed: the conversation goes on in a copy, which takes its name.
      if (session.name !== null) await store.renameSession(session.sessionId, null);
      await goOnIn(conversation, stored, last, session.name);
      io.err.write(styled`Taken back: ${block(undone)}\n`);
    },
  },
  export: {
    description: 'FILE writes the conversation as Markdown (.md) or as JSON, a message a line (.jsonl)',
    run: async (file, { agent, conversation }, io) => {
      const { state } = conversation;
      if (state === undefined) {
        io.err.write('There is nothing to export yet.\n');
        return;
      }
      const path = file === '' ? `${agent.name}-chat.md` : file;
      const text = asFile(path, state.messages);
      if (text === undefined) {
        io.err.write('The name of the file must end in .md or .jsonl.\n');
        return;
      }
      const problem = await io.saveFile(path, text);
      io.err.write(
        problem === undefined ? styled`Exported to ${path}.\n` : styled`Could not write ${path}: ${block(problem)}\n`,
      );
    },
  },
};

interface Stored {
  readonly store: Store;
  readonly session: StoredSession;
}

function storedOf({ store, session }: Conversation, io: Io): Stored | undefined {
  if (store === undefined) return nothingStored(io);
  if (session !== undefined) return { store, session };
  io.err.write('There is no conversation yet.\n');
  return undefined;
}

function nothingStored({ err }: Io): undefined {
  err.write('Nothing is stored in this chat.\n');
}

/** The places of the questions in the log. */
function questionsOf({ state }: Conversation): readonly number[] {
  return (state?.messages ?? []).flatMap(({ role }, at) => (role === 'user' ? [at] : []));
}

async function goOnIn(
  conversation: Conversation,
  { store, session }: Stored,
  length: number,
  name: string | null,
): Promise<void> {
  await conversation.use(await store.forkSession(session.sessionId, { sessionId: randomUUID(), length, name }));
}
