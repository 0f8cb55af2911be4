// Owns starting several servers at once, for programs that keep them longer than one run.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import type { ProviderContext, ProviderWarning } from '../tool/tool-provider.ts';
import type { McpServer, ReadSurroundings } from './server.ts';
import { createServer } from './server.ts';
import type { McpServers } from './server-config.ts';

/** Makes the servers of a configuration, without those that are disabled. Throws a DefinitionError; starts nothing yet. */
export function createServers(servers: McpServers, readSurroundings: ReadSurroundings): readonly McpServer[] {
  if (!isObject(servers)) throw new DefinitionError('MCP servers are given as an object: { name: { command } }.');
  return Object.entries(servers)
    .filter(([, config]) => config?.disabled !== true)
    .map(([name, config]) => createServer(name, config, readSurroundings));
}

/** Servers that stay started until this is closed: give `providers` to agents. */
export interface MountedServers extends AsyncDisposable {
  readonly providers: readonly McpServer[];
  /** Why servers could not be started, by name. */
  readonly failures: ReadonlyMap<string, Error>;
  /** What the servers reported when they were started; what they report later goes to the runs that use them. */
  readonly warnings: readonly ProviderWarning[];
  /** Ends all of them, and all their processes. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface MountOptions {
  /** Ends the start of the servers, which then count as failed; not the servers, once they are started. */
  readonly signal?: AbortSignal;
}

/** Starts all side by side. Rejects, with all ended, only when one that is `required` could not be started. */
export async function mountServers(
  servers: readonly McpServer[],
  { signal = new AbortController().signal }: MountOptions = {},
): Promise<MountedServers> {
  const failures = new Map<string, Error>();
  const warnings: ProviderWarning[] = [];
  let isStarting = true;
  const context: ProviderContext = {
    signal,
    warn: (warning) => {
      if (isStarting) warnings.push(warning);
    },
    // A server learns when it connects whether it may ask the user or the model; between runs nobody answers.
    askUser: async () => ({ action: 'decline' }),
    sample: () => Promise.reject(new Error('No run is under way.')),
  };
  const opened = await Promise.all(
    servers.map(async (server) => {
      try {
        return await server.open(context);
      } catch (error) {
        failures.set(server.name, error instanceof Error ? error : new Error(String(error)));
        return undefined;
      }
    }),
  );
  isStarting = false;
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((provider) => provider?.close()));
    await Promise.all(servers.map((server) => server.close()));
  };
  const required = servers.find(({ isRequired, name }) => isRequired && failures.has(name));
  if (required !== undefined) {
    await close();
    throw failures.get(required.name);
  }
  return { providers: servers, failures, warnings, close, [Symbol.asyncDispose]: close };
}
