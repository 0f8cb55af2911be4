// Owns the fetch that connections use: a public server cannot send this program to addresses of the private network. Which addresses those
// are is left to `private-address.ts`.

import type { Agent } from 'undici';
import type { Lookup } from './private-address.ts';
import { isPrivateHost, leadsToPrivate, publicLookup } from './private-address.ts';

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

interface GuardOptions {
  /** Ends the requests that have no signal of their own: those of a sign-in. */
  readonly signal: AbortSignal;
  /** How names are resolved; for tests. Default: by the system. */
  readonly lookup?: Lookup;
}

/** Refuses private addresses, by the address that a name leads to when it is connected, unless the server's own address is private. */
export function guardedFetch(server: URL, { signal, lookup }: GuardOptions): Fetch {
  let isPrivateServer: Promise<boolean> | undefined;
  return async (url, given) => {
    isPrivateServer ??= leadsToPrivate(server.hostname, lookup);
    const mayBePrivate = await isPrivateServer;
    const { hostname } = new URL(url);
    if (!mayBePrivate && isPrivateHost(hostname)) {
      throw new TypeError(`${server.origin} redirected to ${hostname}, an address of the private network.`);
    }
    // Not Node's own fetch, which takes no other way to resolve names, and gives up a call after five minutes.
    const undici = await import('undici');
    const dispatcher = mayBePrivate ? anyAgent(undici) : publicAgent(undici, lookup);
    const init = { ...given, signal: given?.signal ?? signal, dispatcher };
    // Its types are those of undici, which are Node's under other names.
    return (await undici.fetch(url, init as never)) as unknown as Response;
  };
}

type Undici = typeof import('undici');

/** Calls and connections have limits of their own. */
const NO_LIMITS = { headersTimeout: 0, bodyTimeout: 0 };

/** Kept for the life of the program: connections that nobody uses do not keep it running. */
const kept: { any?: Agent; public?: Agent } = {};

function anyAgent({ Agent: AgentOfUndici }: Undici): Agent {
  kept.any ??= new AgentOfUndici(NO_LIMITS);
  return kept.any;
}

function publicAgent({ Agent: AgentOfUndici }: Undici, lookup: Lookup | undefined): Agent {
  // Its type is that of an older version of Node.
  const create = (): Agent => new AgentOfUndici({ ...NO_LIMITS, connect: { lookup: publicLookup(lookup) as never } });
  if (lookup !== undefined) return create();
  kept.public ??= create();
  return kept.public;
}
