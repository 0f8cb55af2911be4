// Owns finding tools by words: in their names, descriptions and the names of their arguments, the best first (BM25). What becomes of them is
// left to `tool-search.ts`.

import type MiniSearch from 'minisearch';
import { isObject } from '../core/json.ts';
import type { Tool } from './tool.ts';

interface Entry {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly args: string;
}

export interface ToolIndex {
  /** At most so many, the best first. */
  readonly find: (tools: readonly Tool[], query: string, most: number) => Promise<readonly Tool[]>;
}

/** Tools that are read before the rest of the program has its turn. */
const AT_ONCE = 50;
/** Of a description: what comes later says little of what a tool is for. */
const MAX_DESCRIPTION_CHARS = 2000;
const MAX_QUERY_CHARS = 500;
/** Shorter words begin too many others. */
const LEAST_PREFIX_CHARS = 4;

export function createToolIndex(): ToolIndex {
  let indexed: readonly Tool[] | undefined;
  let building: Promise<MiniSearch<Entry>> | undefined;
  return {
    find: async (tools, query, most) => {
      if (indexed !== tools || building === undefined) {
        indexed = tools;
        building = build(tools);
      }
      const index = await building;
      const exact = tools.find(({ name }) => name === query.trim());
      const found = index.search(query.slice(0, MAX_QUERY_CHARS)).map(({ id }) => tools[Number(id)]);
      const ranked = new Set([exact, ...found].filter((tool) => tool !== undefined));
      return [...ranked].slice(0, most);
    },
  };
}

/** Loaded with the first search. */
async function build(tools: readonly Tool[]): Promise<MiniSearch<Entry>> {
  const { default: Index } = await import('minisearch');
  const index = new Index<Entry>({
    fields: ['name', 'description', 'args'],
    tokenize: wordsOf,
    searchOptions: {
      tokenize: wordsOf,
      boost: { name: 3, args: 0.5 },
      prefix: (word) => word.length >= LEAST_PREFIX_CHARS,
    },
  });
  const entries = tools.map(({ name, description, schema }, id) => ({
    id,
    name,
    description: description.slice(0, MAX_DESCRIPTION_CHARS),
    args: argumentNames(schema.jsonSchema).join(' '),
  }));
  await index.addAllAsync(entries, { chunkSize: AT_ONCE });
  return index;
}

function argumentNames({ properties }: Readonly<Record<string, unknown>>): readonly string[] {
  return isObject(properties) ? Object.keys(properties) : [];
}

/** `readFile`, `read_file` and `read-file` are two words each. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(?<=[\p{Ll}\d])(?=\p{Lu})/gu, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
