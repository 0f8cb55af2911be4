// Owns the requests that both revisions of the protocol have, in its form, and reading their results without checking them: one bad entry
// loses itself and not the list. Sending a request is left to the adapter of the revision.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { TooLate } from './connect-limit.ts';
import type { Listed, McpConnection } from './connection.ts';

/** More pages than any usable list has. */
const MAX_PAGES = 1000;
const MAX_ENTRIES = 10_000;

/** Sends a request. Rejects with the errors of `connection-error.ts`, or the signal's reason. */
export type SendRequest = (method: string, params: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

type ServerRequests = Pick<
  McpConnection,
  'listTools' | 'listResources' | 'listResourceTemplates' | 'readResource' | 'listPrompts' | 'getPrompt' | 'complete'
>;

export function serverRequests(request: SendRequest): ServerRequests {
  async function list(method: string, key: string, ending: AbortSignal): Promise<Listed> {
    const tools: unknown[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      let result: JsonObject;
      try {
        result = await request(method, cursor === undefined ? {} : { cursor }, ending);
      } catch (error) {
        if (page === 0 || !(error instanceof TooLate)) throw error;
        return { tools, cut: 'the rest came too late' };
      }
      const entries = result[key];
      if (Array.isArray(entries)) for (const entry of entries) tools.push(entry);
      else return { tools, cut: `its \`${key}\` is ${entries === null ? 'null' : typeof entries}, not a list` };
      if (tools.length > MAX_ENTRIES) return { tools: tools.slice(0, MAX_ENTRIES), cut: `more than ${MAX_ENTRIES}` };
      const { nextCursor } = result;
      if (typeof nextCursor !== 'string' || nextCursor === '') return { tools, cut: undefined };
      if (seen.has(nextCursor)) return { tools, cut: 'its pages repeat' };
      seen.add(nextCursor);
      cursor = nextCursor;
    }
    return { tools, cut: `more than ${MAX_PAGES} pages` };
  }

  async function listed(method: string, key: string, ending: AbortSignal): Promise<JsonObject[]> {
    const { tools } = await list(method, key, ending);
    return tools.filter((entry): entry is JsonObject => isObject(entry));
  }

  return {
    listTools: (signal) => list('tools/list', 'tools', signal),
    listResources: (signal) => listed('resources/list', 'resources', signal),
    listResourceTemplates: (signal) => listed('resources/templates/list', 'resourceTemplates', signal),
    readResource: async (uri, signal) => arrayOf((await request('resources/read', { uri }, signal)).contents),
    listPrompts: (signal) => listed('prompts/list', 'prompts', signal),
    getPrompt: async (name, args, signal) =>
      arrayOf((await request('prompts/get', { name, arguments: { ...args } }, signal)).messages),
    complete: async ({ prompt, resource, argument: name, value }, signal) => {
      const ref =
        prompt === undefined ? { type: 'ref/resource', uri: resource ?? '' } : { type: 'ref/prompt', name: prompt };
      const { completion } = await request('completion/complete', { ref, argument: { name, value } }, signal);
      return isObject(completion) ? arrayOf(completion.values).filter((entry) => typeof entry === 'string') : [];
    },
  };
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

interface Described {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly instructions?: string | undefined;
  readonly capabilities?: Readonly<Record<string, unknown>> | undefined;
}

/** What a server says of itself. */
export function infoOf({
  name = '',
  version = '',
  instructions = '',
  capabilities = {},
}: Described): McpConnection['info'] {
  return {
    name,
    version,
    instructions,
    // Some servers have tools without declaring any capability.
    hasTools: capabilities.tools !== undefined || Object.keys(capabilities).length === 0,
    hasResources: capabilities.resources !== undefined,
    hasPrompts: capabilities.prompts !== undefined,
    hasCompletions: capabilities.completions !== undefined,
  };
}
