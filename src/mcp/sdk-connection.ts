// Owns the connection as the MCP SDK makes it. Loaded only when a server is mounted: importing the SDK takes a tenth of a second.
// Results are taken as they come: the SDK's own checks would lose a whole list for one bad tool, a whole result for one bad part.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Request } from '@modelcontextprotocol/sdk/types.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { SampleAnswer } from '../tool/tool-provider.ts';
import type { HostHandlers, Listed, McpConnection } from './connection.ts';

/** More pages than any list of use has. */
const MAX_PAGES = 1000;
const MAX_ENTRIES = 10_000;

/** For everything but calls, which have their own. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Longest that the timers of the system can keep. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface SdkOptions {
  readonly transport: Transport;
  readonly handlers: HostHandlers;
  readonly version: string;
  readonly connectTimeoutMs: number;
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
}

const LOOSE = z.looseObject({});

/** Connects over a transport, which is closed when that fails. Rejects with what the SDK or the transport threw. */
export async function connectSdk(options: SdkOptions): Promise<McpConnection> {
  const { transport, handlers, version, connectTimeoutMs } = options;
  const client = new Client({ name: 'vllm-agents', version }, { capabilities: capabilitiesOf(options) });
  let isReady = false;
  client.onclose = () => {
    if (isReady) handlers.onLost();
  };
  client.onerror = () => {
    // Out of band, and often only noise: what matters shows in the request that it spoils.
  };
  setHandlers(client, options);
  try {
    await withTimeout(client.connect(transport, { timeout: connectTimeoutMs }), connectTimeoutMs);
    isReady = true;
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw error;
  }

  async function request(method: string, params: JsonObject, more: RequestOptions): Promise<JsonObject> {
    const sent = { method, params } as Request;
    return (await client.request(sent, LOOSE, { timeout: REQUEST_TIMEOUT_MS, ...more })) as JsonObject;
  }

  async function list(method: string, key: string, signal: AbortSignal): Promise<Listed> {
    const tools: unknown[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const result = await request(method, cursor === undefined ? {} : { cursor }, { signal });
      const entries = result[key];
      if (Array.isArray(entries)) tools.push(...entries);
      if (tools.length > MAX_ENTRIES) return { tools: tools.slice(0, MAX_ENTRIES), cut: `more than ${MAX_ENTRIES}` };
      const { nextCursor } = result;
      if (typeof nextCursor !== 'string' || nextCursor === '') return { tools, cut: undefined };
      if (seen.has(nextCursor)) return { tools, cut: 'its pages go round in a circle' };
      seen.add(nextCursor);
      cursor = nextCursor;
    }
    return { tools, cut: `more than ${MAX_PAGES} pages` };
  }

  async function listed(method: string, key: string, signal: AbortSignal): Promise<JsonObject[]> {
    const { tools } = await list(method, key, signal);
    return tools.filter((entry): entry is JsonObject => isObject(entry));
  }

  return {
    info: infoOf(client),
    listTools: (signal) => list('tools/list', 'tools', signal),
    callTool: (name, args, { signal, timeoutMs, maxCallMs, onProgress }) =>
      request(
        'tools/call',
        { name, arguments: args },
        {
          signal,
          timeout: Math.min(timeoutMs, MAX_TIMER_MS),
          maxTotalTimeout: Math.min(maxCallMs, MAX_TIMER_MS),
          resetTimeoutOnProgress: true,
          onprogress: (progress) => onProgress(progress as unknown as JsonObject),
        },
      ),
    listResources: (signal) => listed('resources/list', 'resources', signal),
    listResourceTemplates: (signal) => listed('resources/templates/list', 'resourceTemplates', signal),
    readResource: async (uri, signal) => arrayOf((await request('resources/read', { uri }, { signal })).contents),
    subscribe: async (uri, signal) => void (await request('resources/subscribe', { uri }, { signal })),
    listPrompts: (signal) => listed('prompts/list', 'prompts', signal),
    getPrompt: async (name, args, signal) =>
      arrayOf((await request('prompts/get', { name, arguments: { ...args } }, { signal })).messages),
    complete: async ({ prompt, resource, argument: name, value }, signal) => {
      const ref =
        prompt === undefined ? { type: 'ref/resource', uri: resource ?? '' } : { type: 'ref/prompt', name: prompt };
      const { completion } = await request('completion/complete', { ref, argument: { name, value } }, { signal });
      return isObject(completion) ? arrayOf(completion.values).filter((entry) => typeof entry === 'string') : [];
    },
    ping: async (signal) => void (await request('ping', {}, { signal })),
    close: async () => {
      isReady = false;
      await endSession(transport);
      await client.close().catch(() => undefined);
    },
  };
}

/** The SDK's own limit starts with the first request: a transport that does not start must not hold the run. */
async function withTimeout(connected: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not ready within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([connected, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A server that keeps sessions is told that this one is over; how it takes that is its own affair. */
async function endSession(transport: Transport): Promise<void> {
  if (!('terminateSession' in transport) || typeof transport.terminateSession !== 'function') return;
  const ended = Promise.resolve(transport.terminateSession()).catch(() => undefined);
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, END_SESSION_MS).unref())]);
}

const END_SESSION_MS = 2000;

function capabilitiesOf({ hasRoots, canSample, canAskUser }: SdkOptions): Record<string, object> {
  return {
    ...(hasRoots && { roots: { listChanged: false } }),
    ...(canSample && { sampling: { tools: {} } }),
    ...(canAskUser && { elicitation: { form: { applyDefaults: true }, url: {} } }),
  };
}

function setHandlers(client: Client, { handlers, hasRoots, canSample, canAskUser }: SdkOptions): void {
  if (hasRoots) {
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: handlers.roots().map((uri) => ({ uri })) }));
  }
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => handlers.onToolsChanged());
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
    handlers.onResourceUpdated(params.uri),
  );
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    handlers.onLog(params.level, typeof params.data === 'string' ? params.data : JSON.stringify(params.data));
  });
  if (canAskUser) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
      const { message } = params;
      const asked =
        params.mode === 'url'
          ? { message, url: params.url }
          : { message, form: params.requestedSchema as unknown as JsonObject };
      const answer = await handlers.askUser(asked, signal);
      return answer.action === 'accept' ? { action: 'accept', content: (answer.content ?? {}) as never } : answer;
    });
  }
  if (canSample) {
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }, { signal }) =>
      sampleResult(await handlers.sample(params as unknown as JsonObject, signal)),
    );
  }
}

function sampleResult({ model, text, calls, stopReason }: SampleAnswer) {
  const uses = calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use' as const, id, name, input }));
  const said = text === '' && uses.length > 0 ? [] : [{ type: 'text' as const, text }];
  const content = [...said, ...uses];
  const [only] = content;
  // Servers of the older form know one part, not a list.
  return { model, role: 'assistant' as const, stopReason, content: content.length === 1 && only ? only : content };
}

function infoOf(client: Client): McpConnection['info'] {
  const capabilities = client.getServerCapabilities() ?? {};
  const { name = '', version = '' } = client.getServerVersion() ?? {};
  return {
    name,
    version,
    instructions: client.getInstructions() ?? '',
    // Some servers forget to say so, and have tools all the same.
    hasTools: capabilities.tools !== undefined || Object.keys(capabilities).length === 0,
    hasResources: capabilities.resources !== undefined,
    hasPrompts: capabilities.prompts !== undefined,
    hasCompletions: capabilities.completions !== undefined,
  };
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
