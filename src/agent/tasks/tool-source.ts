// Owns the tools of a run by name: the agent's own, those that providers bring now, and the run's own. Which of them a turn offers is left
// to the hooks of the run.

import type { Tool } from '../../tool/tool.ts';
import type { ToolSearch } from '../../tool/tool-search.ts';
import { createToolSearch } from '../../tool/tool-search.ts';
import type { Toolbox } from '../../tool/toolbox.ts';
import { createToolbox } from '../../tool/toolbox.ts';
import type { Agent } from '../agent.ts';
import { RESULT_TOOL } from '../loop/task-values.ts';
import { resultTool } from './kept-results.ts';
import type { OpenProviders } from './providers.ts';

export class ToolSource {
  readonly #agent: Agent;
  readonly #open: () => Promise<OpenProviders>;
  readonly #search: ToolSearch;
  #opened: Promise<OpenProviders> | undefined;
  #last: Toolbox | undefined;
  /** Tools that only a hook of the run brings, by name. */
  readonly #planned = new Map<string, Tool>();

  /** `contextTokens`: of the model's context, for providers with many tools. Default: not known. */
  constructor(
    agent: Agent,
    open: () => Promise<OpenProviders>,
    contextTokens: () => Promise<number | undefined> = async () => undefined,
  ) {
    this.#agent = agent;
    this.#open = open;
    this.#search = createToolSearch({ mode: agent.toolSearch, contextTokens });
  }

  /** The agent's own. Throws a DefinitionError when two have one name. */
  get own(): Toolbox {
    return ownToolbox(this.#agent);
  }

  /** Opens the providers with the first need. Rejects with a VllmError when a required one is not there; the next need tries again. */
  async providers(): Promise<OpenProviders> {
    this.#opened ??= this.#open();
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  /** All tools as of now. The same array as long as they are the same, so that nothing is made anew for them. */
  list(hasKept: boolean): readonly Tool[] | Promise<readonly Tool[]> {
    if (this.#agent.providers.length > 0) return this.#listWithProvided(hasKept);
    return hasKept ? this.#joined([], hasKept) : this.own.tools;
  }

  async #listWithProvided(hasKept: boolean): Promise<readonly Tool[]> {
    const { own } = this;
    const isTaken = (name: string): boolean => name === RESULT_TOOL || own.find(name) !== undefined;
    return this.#joined(await this.#search.offer((await this.providers()).tools(isTaken), isTaken), hasKept);
  }

  #joined(provided: readonly Tool[], hasKept: boolean): readonly Tool[] {
    const { own } = this;
    const extra = hasKept && own.find(RESULT_TOOL) === undefined ? [resultTool()] : [];
    if (provided.length === 0 && extra.length === 0) return own.tools;
    return this.#same([...own.tools, ...provided, ...extra]);
  }

  #same(tools: readonly Tool[]): readonly Tool[] {
    const last = this.#last?.tools;
    return last?.length === tools.length && tools.every((tool, at) => tool === last[at]) ? last : tools;
  }

  /** These tools by name. */
  toolboxOf(tools: readonly Tool[]): Toolbox {
    if (tools === this.own.tools) return this.own;
    if (this.#last?.tools === tools) return this.#last;
    const offered = createToolbox([{ owner: 'the turn', tools }]);
    this.#last = { ...offered, tools, find: (name) => offered.find(name) ?? this.#search.find(name) };
    return this.#last;
  }

  /** Remembers what a hook put beside the tools that there are. */
  plan(planned: readonly Tool[], listed: readonly Tool[]): void {
    if (planned === listed) return;
    const known = new Set(listed);
    for (const tool of planned) if (!known.has(tool)) this.#planned.set(tool.name, tool);
  }

  planned(name: string): Tool | undefined {
    return this.#planned.get(name);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    // What did not open has nothing to close, and has been told where it was needed.
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}

/** One for each agent, so that what is made of its tools, such as their definitions, is made once for all of its runs. */
const ownToolboxes = new WeakMap<Agent, Toolbox>();

function ownToolbox(agent: Agent): Toolbox {
  const known = ownToolboxes.get(agent);
  if (known !== undefined) return known;
  const { name, tools } = agent;
  const made = createToolbox([{ owner: `agent \`${name}\``, tools }]);
  ownToolboxes.set(agent, made);
  return made;
}
