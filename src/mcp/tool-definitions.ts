// Owns how the tools of several servers describe themselves at the moment, for whoever remembers what a person has allowed.

import type { ToolProvider } from '../tool/tool-provider.ts';
import { isServer } from './server.ts';

/** The hash of a tool's definition, of the first server that lists it. */
export function definitionOf(providers: readonly ToolProvider[], toolName: string): string | undefined {
  for (const provider of providers) {
    const hash = isServer(provider) ? provider.definitionOf(toolName) : undefined;
    if (hash !== undefined) return hash;
  }
  return undefined;
}
