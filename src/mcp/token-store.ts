// Owns the file in which sign-ins are kept, readable for its owner alone. What is kept is left to `oauth.ts`.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject } from '../core/json.ts';
import { VllmError } from '../core/vllm-error.ts';

export interface KeptSignIn {
  /** As the SDK gave them, with the issuer that they are of. */
  readonly client?: object;
  readonly tokens?: object;
  /** Port of the loopback address that the client was registered with. */
  readonly port?: number;
}

export interface TokenStore {
  readonly read: () => Promise<KeptSignIn>;
  readonly write: (change: (kept: KeptSignIn) => KeptSignIn) => Promise<void>;
}

/** The order of writes of one process to a file. */
const writing = new Map<string, Promise<void>>();

/** `key` names the server: what is kept for one is never given to another. */
export function createTokenStore(file: string, key: string): TokenStore {
  async function readAll(): Promise<Record<string, KeptSignIn>> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      return isObject(value) ? (value as Record<string, KeptSignIn>) : {};
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      // A broken file means signing in again, which writes a whole one.
      if (isMissing || error instanceof SyntaxError) return {};
      throw new VllmError(`The file of sign-ins, ${file}, cannot be read.`, { code: 'mcp_tokens', cause: error });
    }
  }

  async function write(change: (kept: KeptSignIn) => KeptSignIn): Promise<void> {
    const all = await readAll();
    const text = JSON.stringify({ ...all, [key]: change(all[key] ?? {}) }, undefined, 2);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // Whole or not at all, and never readable for others, not even for a moment.
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
