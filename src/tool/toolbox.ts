// Owns the tools of one run by name. Where they come from is left to the agent.

import { createRequire } from 'node:module';
import { DefinitionError } from '../core/definition-error.ts';
import type { Tool } from './tool.ts';

/** Loaded with the first call of a tool that does not exist. */
const load = createRequire(import.meta.url);

/** A list of tools and who brought them, for the error about two of one name. */
export interface ToolSource {
  readonly owner: string;
  readonly tools: readonly Tool[];
}

export interface Toolbox {
  readonly tools: readonly Tool[];
  readonly find: (name: string) => Tool | undefined;
  /** All names, the likeliest meant first. */
  readonly namesNear: (name: string) => readonly string[];
}

/** Throws a DefinitionError that names both owners when two tools have one name. */
export function createToolbox(sources: readonly ToolSource[]): Toolbox {
  const byName = new Map<string, { readonly tool: Tool; readonly owner: string }>();
  for (const { owner, tools } of sources) {
    for (const tool of tools) {
      const known = byName.get(tool.name);
      if (known !== undefined) throw duplicate(tool.name, known.owner, owner);
      byName.set(tool.name, { tool, owner });
    }
  }
  const tools = [...byName.values()].map(({ tool }) => tool);
  return {
    tools,
    find: (name) => byName.get(name)?.tool,
    namesNear: (name) => {
      const { distance } = load('fastest-levenshtein') as typeof import('fastest-levenshtein');
      const ranked = tools.map((tool) => ({ name: tool.name, far: distance(name, tool.name) }));
      return ranked.toSorted((a, b) => a.far - b.far).map((entry) => entry.name);
    },
  };
}

function duplicate(name: string, first: string, second: string): DefinitionError {
  const owners = first === second ? `twice by ${first}` : `by ${first} and by ${second}`;
  return new DefinitionError(`Tool \`${name}\` is brought ${owners}: rename or leave out one of them.`);
}
