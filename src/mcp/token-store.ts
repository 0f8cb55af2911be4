// Owns the file in which sign-ins are kept, readable by its owner alone. What is kept is left to `oauth.ts`.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject } from '../core/json.ts';
import { whyUnreadable } from '../core/unreadable.ts';
import { VllmError } from '../core/vllm-error.ts';

interface KeptSignIn {
  /** As the SDK made them. */
  readonly client?: object;
  readonly tokens?: object;
  /** The port of the loopback address that the client was registered with. */
  readonly port?: number;
}

export interface TokenStore {
  readonly read: () => Promise<KeptSignIn>;
  readonly write: (change: (kept: KeptSignIn) => KeptSignIn) => Promise<void>;
}

/** The last write to each file: writes of one process to a file wait for each other. */
const writing = new Map<string, Promise<void>>();

/** `key` names the server: each server has entries of its own. */
export function createTokenStore(file: string, key: string): TokenStore {
  async function readAll(): Promise<Record<string, KeptSignIn>> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      return isObject(value) ? (value as Record<string, KeptSignIn>) : {};
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      // After a broken file the user signs in again, which writes a new one.
      if (isMissing || error instanceof SyntaxError) return {};
      throw new VllmError(`The file of sign-ins, ${file}, cannot be read: ${whyUnreadable(error)}.`, {
        code: 'mcp_tokens',
        cause: error,
      });
    }
  }

  async function write(change: (kept: KeptSignIn) => KeptSignIn): Promise<void> {
    const all = await readAll();
    const text = JSON.stringify({ ...all, [key]: change(all[key] ?? {}) }, undefined, 2);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Renamed into place, so that the file is never half written nor readable by others.
    const fresh = `${file}.${randomUUID()}`;
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  }

  return {
    read: async () => (await readAll())[key] ?? {},
    write: async (change) => {
      const last = writing.get(file) ?? Promise.resolve();
      const next = last.catch(() => undefined).then(() => write(change));
      writing.set(file, next);
      await next;
    },
  };
}
