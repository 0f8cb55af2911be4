// Owns mounting several servers at once, for programs that keep them beyond one run.

import type { ProviderHost } from '../tool/tool-provider.ts';
import type { McpServer, ServerOptions } from './server.ts';
import { createServer } from './server.ts';
import type { McpServers } from './server-config.ts';

/** Makes the servers of a configuration, without those that are disabled. Throws a DefinitionError; starts nothing yet. */
export function createServers(servers: McpServers, options: ServerOptions): readonly McpServer[] {
  return Object.entries(servers)
    .filter(([, config]) => config.disabled !== true)
    .map(([name, config]) => createServer(name, config, options));
}

/** Servers that are started and stay so until this is closed: give `providers` to agents. */
export interface MountedServers extends AsyncDisposable {
  readonly providers: readonly McpServer[];
  /** Why servers are not there, by name. */
  readonly failures: ReadonlyMap<string, Error>;
  /** Ends all of them, and all their processes. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Starts all side by side. Rejects, with all ended, only when one that is `required` is not there. */
export async function mountServers(servers: readonly McpServer[]): Promise<MountedServers> {
  const failures = new Map<string, Error>();
  const host: ProviderHost = {
    signal: new AbortController().signal,
    warn: () => undefined,
    // Servers are told at once what can be asked of a run; between runs there is nobody.
    askUser: async () => ({ action: 'decline' }),
    sample: () => Promise.reject(new Error('No run is under way.')),
  };
  const opened = await Promise.all(
    servers.map(async (server) => {
      try {
        return await server.open(host);
      } catch (error) {
        failures.set(server.name, error instanceof Error ? error : new Error(String(error)));
        return undefined;
      }
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((provider) => provider?.close()));
    await Promise.all(servers.map((server) => server.close()));
  };
  const required = servers.find(({ isRequired, name }) => isRequired && failures.has(name));
  if (required !== undefined) {
    await close();
    throw failures.get(required.name);
  }
  return { providers: servers, failures, close, [Symbol.asyncDispose]: close };
}
