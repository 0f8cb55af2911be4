// Owns `sessions`: listing, showing, renaming, copying and writing out stored conversations. Talking in one is left to the agent's program.

import { randomUUID } from 'node:crypto';
import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import type { StoredSession } from '../../session/stored-session.ts';
import { asFile } from '../conversation-file.ts';
import { EXIT } from '../help.ts';
import { MIN_START, SEARCHED, sessionLines } from '../session-choice.ts';
import { block, styled } from '../styled.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSetting, StoredCommand } from './command.ts';
import { readFlags, withStore, writeJson } from './command.ts';

export const SESSION_COMMANDS: Readonly<Record<string, StoredCommand>> = {
  list: { usage: '[--agent NAME] [--limit N]', description: 'lists conversations, last changed first', run: list },
  show: { usage: 'ID', description: 'shows a conversation', run: show },
  rename: { usage: 'ID NAME', description: 'names a conversation', run: rename },
  fork: { usage: 'ID [NAME]', description: 'begins a copy of a conversation', run: fork },
  export: { usage: 'ID FILE', description: 'writes a conversation as Markdown (.md) or JSON (.jsonl)', run: exportTo },
};

const DEFAULT_LIMIT = 20;

async function list({ io, args, program }: CommandSetting): Promise<number> {
  const flags = readFlags(args, 'list', [0, 0, 'sessions list, and flags']);
  const agent = flags.agent ?? program?.agent.name;
  const filter = { ...(agent !== undefined && { agent }), limit: flags.limit ?? DEFAULT_LIMIT };
  return await withStore(io, flags.file, async (store) => {
    const sessions = await store.listSessions(filter);
    if (flags.isJson) for (const session of sessions) writeJson(io, session);
    else if (sessions.length === 0) io.err.write('There are no conversations.\n');
    else io.out.write(styled`${await sessionLines(store, sessions, io)}\n`);
    return EXIT.done;
  });
}

async function show({ io, args, program }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 1, 'sessions show ID']);
  return await withStore(io, file, async (store) => {
    const session = await known(store, words[0] ?? '', program?.agent.name);
    const log = await store.readMessages(session.sessionId);
    if (isJson) writeJson(io, { session, messages: log });
    else
      io.out.write(
        asFile(
          '.md',
          log.map(({ message }) => message),
        ) ?? '',
      );
    return EXIT.done;
  });
}

async function rename({ io, args, program }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [2, 2, 'sessions rename ID NAME']);
  const [id = '', name = ''] = words;
  return await withStore(io, file, async (store) => {
    const session = await known(store, id, program?.agent.name);
    await store.renameSession(session.sessionId, name);
    if (isJson) writeJson(io, { ...session, name });
    else io.err.write(styled`The conversation is named ${name}.\n`);
    return EXIT.done;
  });
}

async function fork({ io, args, program }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 2, 'sessions fork ID [NAME]']);
  const [id = '', name = null] = words;
  return await withStore(io, file, async (store) => {
    const { sessionId, length } = await known(store, id, program?.agent.name);
    const forked = await store.forkSession(sessionId, { sessionId: randomUUID(), length, name });
    if (isJson) writeJson(io, forked);
    else io.out.write(`${forked.sessionId}\n`);
    return EXIT.done;
  });
}

async function exportTo({ io, args, program }: CommandSetting): Promise<number> {
  const { words, file } = readFlags(args, 'plain', [2, 2, 'sessions export ID FILE']);
  const [id = '', path = ''] = words;
  return await withStore(io, file, async (store) => {
    const { sessionId } = await known(store, id, program?.agent.name);
    const text = asFile(
      path,
      (await store.readMessages(sessionId)).map(({ message }) => message),
    );
    if (text === undefined) throw new UsageError('The name of the file must end in .md or .jsonl.');
    const problem = await io.saveFile(path, text);
    if (problem !== undefined) io.err.write(styled`Could not write ${path}: ${block(problem)}\n`);
    return problem === undefined ? EXIT.done : EXIT.failed;
  });
}

/** By its id, the beginning of it, or its name, which must be unique where no agent is known. */
async function known(store: Store, id: string, agent: string | undefined): Promise<StoredSession> {
  const exact = await store.readSession(id);
  if (exact !== undefined) return exact;
  const ofAgent = agent === undefined ? {} : { agent };
  const named = await store.listSessions({ ...ofAgent, name: id, limit: 2 });
  const all =
    named.length > 0 || id.length < MIN_START ? [] : await store.listSessions({ ...ofAgent, limit: SEARCHED });
  const found = [...named, ...all.filter(({ sessionId }) => sessionId.startsWith(id))];
  const [one, other] = found;
  if (one === undefined) throw new StoreError('not_found', `The store has no conversation of the name or id ${id}.`);
  if (other === undefined) return one;
  throw new StoreError('not_found', `Several conversations are meant by ${id}: ${one.sessionId}, ${other.sessionId}.`);
}
