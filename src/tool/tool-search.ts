// Owns offering many tools without writing all of them into each request: the model is given one tool that finds them and one that calls them,
// whose definitions never change, so that what the server keeps of the prompt stays valid. Ranking tools is left to `tool-index.ts`.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { coerceBySchema } from '../schema/coerce.ts';
import { describeIssues } from '../schema/issues.ts';
import { DEFAULT_MAX_RESULT_CHARS, defineTool } from './define-tool.ts';
import type { Tool, ToolContext } from './tool.ts';
import { ToolRetry } from './tool.ts';
import { createToolIndex } from './tool-index.ts';

/** `auto`: when the definitions take more than a tenth of the model's context. */
export type ToolSearchMode = 'auto' | 'on' | 'off';

const FIND_TOOL = 'find_tools';
export const CALL_TOOL = 'call_tool';

/** Of the model's context, that definitions may take. */
const SHARE = 0.1;
/** JSON has about so many characters a token. */
const CHARS_PER_TOKEN = 4;
/** Fewer characters are no burden to any model in use, so its context is not asked for. */
const LEAST_CHARS = 6000;

const FOUND = 5;
const MAX_FOUND = 20;
/** Of the names that are listed when nothing is found. */
const MAX_NAMES = 100;
const MAX_DESCRIPTION_CHARS = 2000;

interface SearchOptions {
  readonly mode: ToolSearchMode;
  /** Tokens of the model's context; undefined when that is not known. */
  readonly contextTokens: () => Promise<number | undefined>;
}

export interface ToolSearch {
  /** The tools to offer in place of these. They are offered as they are when a name that is needed is taken by another tool. */
  readonly offer: (tools: readonly Tool[], isTaken: (name: string) => boolean) => Promise<readonly Tool[]>;
  /** A tool that was not offered: models call what they have found by its own name, too. */
  readonly find: (name: string) => Tool | undefined;
}

/** For one run: once tools are searched they stay so, since going back would change the prompt. */
export function createToolSearch({ mode, contextTokens }: SearchOptions): ToolSearch {
  let hidden: readonly Tool[] = [];
  let isSearching = mode === 'on';
  let limit: Promise<number> | undefined;
  const index = createToolIndex();
  const searching = [
    defineFindTool(
      (query, most) => index.find(hidden, query, most),
      () => hidden,
    ),
    defineCallTool((name) => hidden.find((tool) => tool.name === name)),
  ];

  async function limitChars(): Promise<number> {
    const tokens = await contextTokens();
    return tokens === undefined ? Number.POSITIVE_INFINITY : tokens * SHARE * CHARS_PER_TOKEN;
  }

  return {
    find: (name) => [...hidden, ...(hidden.length > 0 ? searching : [])].find((tool) => tool.name === name),
    offer: async (tools, isTaken) => {
      if (mode === 'off' || searching.some(({ name }) => isTaken(name))) return tools;
      const candidates = tools.filter(isHidable);
      const isNamed = tools.some(({ name }) => name === FIND_TOOL || name === CALL_TOOL);
      if (candidates.length < 2 || isNamed) return tools;
      if (!isSearching) {
        const chars = candidates.reduce((sum, tool) => sum + sizeOf(tool), 0);
        if (chars <= LEAST_CHARS) return tools;
        limit ??= limitChars();
        if (chars <= (await limit)) return tools;
        isSearching = true;
      }
      if (hidden.length !== candidates.length || candidates.some((tool, at) => tool !== hidden[at]))
        hidden = candidates;
      return [...tools.filter((tool) => !isHidable(tool)), ...searching];
    },
  };
}

/** One that the runtime has nothing to do for but to call it: others keep their own limits, order and steps. */
function isHidable({ timeoutMs, isSequential, holdsRun, maxResultChars }: Tool): boolean {
  return timeoutMs === 0 && !isSequential && !holdsRun && maxResultChars === DEFAULT_MAX_RESULT_CHARS;
}

const sizes = new WeakMap<Tool, number>();

/** Characters of a definition. */
function sizeOf(tool: Tool): number {
  const known = sizes.get(tool);
  if (known !== undefined) return known;
  const size = tool.name.length + tool.description.length + JSON.stringify(tool.schema.jsonSchema).length;
  sizes.set(tool, size);
  return size;
}

type Find = (query: string, most: number) => Promise<readonly Tool[]>;

function defineFindTool(find: Find, all: () => readonly Tool[]): Tool {
  const parameters: JsonObject = {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What the tool should do, in a few words.' },
      most: { type: 'integer', minimum: 1, maximum: MAX_FOUND, description: `How many to show. Default ${FOUND}.` },
    },
    required: ['query'],
    additionalProperties: false,
  };
  return defineTool({
    name: FIND_TOOL,
    description: `Finds tools that are not listed here, by what they do: their names, descriptions and arguments. Use it before you say that something cannot be done. Call what it finds with ${CALL_TOOL}.`,
    parameters,
    execute: async ({ query, most }) => {
      const found = await find(String(query), typeof most === 'number' ? most : FOUND);
      if (found.length > 0) return `${found.map(describe).join('\n\n')}\n\nCall one with ${CALL_TOOL}.`;
      const names = all().map(({ name }) => name);
      const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
      return `No tool matches. There are: ${names.slice(0, MAX_NAMES).join(', ')}${more}.`;
    },
  });
}

function describe({ name, description, schema }: Tool): string {
  const text = description.slice(0, MAX_DESCRIPTION_CHARS);
  return `${name}: ${text}\nArguments, as a JSON Schema: ${JSON.stringify(schema.jsonSchema)}`;
}

function defineCallTool(find: (name: string) => Tool | undefined): Tool {
  const parameters: JsonObject = {
    type: 'object',
    properties: {
      name: { type: 'string', description: `The name of a tool that ${FIND_TOOL} has found.` },
      arguments: { type: 'object', description: 'Its arguments, as its schema says.', additionalProperties: true },
    },
    required: ['name', 'arguments'],
    additionalProperties: false,
  };
  const tool = defineTool({
    name: CALL_TOOL,
    description: `Calls a tool that ${FIND_TOOL} has found.`,
    parameters,
    // The tools have limits of their own.
    timeoutMs: 0,
    needsApproval: async (args, context) => {
      const target = find(String(args.name));
      if (target === undefined) return false;
      const { needsApproval } = target;
      if (typeof needsApproval === 'boolean') return needsApproval;
      // One that cannot be asked is answered by `execute`.
      const checked = await fitted(target, args.arguments);
      return checked.ok && (await needsApproval(checked.value, { ...context, toolName: target.name }));
    },
    execute: async (args, context: ToolContext) => {
      const name = String(args.name);
      const target = find(name);
      if (target === undefined) throw new ToolRetry(`There is no tool \`${name}\`: find one with ${FIND_TOOL}.`);
      const checked = await fitted(target, args.arguments);
      if (!checked.ok) {
        const schema = JSON.stringify(target.schema.jsonSchema);
        throw new ToolRetry(
          `\`${name}\` did not run: its arguments do not fit.\n${checked.issues}\nThey are, as a JSON Schema: ${schema}`,
        );
      }
      return await target.execute(checked.value, { ...context, toolName: name });
    },
  });
  return tool;
}

type Fitted = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: string };

/** As they are, else with values of the wrong type converted where their meaning is plain: as for any call. */
async function fitted({ schema }: Tool, args: unknown): Promise<Fitted> {
  const given = isObject(args) ? (args as JsonObject) : {};
  const first = await schema.check(given);
  if (first.ok) return first;
  const coerced = coerceBySchema(given, schema.jsonSchema);
  const second = coerced.changes.length === 0 ? first : await schema.check(coerced.value);
  return second.ok ? second : { ok: false, issues: describeIssues(first.issues) };
}
