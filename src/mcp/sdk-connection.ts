// Owns the connection through the MCP SDK. Loaded only when a server starts: importing the SDK takes a tenth of a second.
// Results are passed on unchecked: the SDK's own checks would reject a whole list for one bad tool, a whole result for one bad part.

import { setMaxListeners } from 'node:events';
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
import { TooLate, untilAborted } from './connect-limit.ts';
import type { Listed, McpConnection, ServerCallbacks } from './connection.ts';
import type { Peer } from './http-messages.ts';
import { readError } from './read-error.ts';
import { ScreenedTransport } from './screened-transport.ts';

/** More pages than any usable list has. */
const MAX_PAGES = 1000;
const MAX_ENTRIES = 10_000;

/** For all requests but calls, which their signal ends. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The SDK has no other way to turn its limit off than the longest time that Node's timers support. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

interface SdkOptions {
  readonly createTransport: (peer: Peer) => Transport;
  /** Whether a failed `send` may have another reason than the connection, such as an HTTP status. */
  readonly isHttp: boolean;
  readonly callbacks: ServerCallbacks;
  readonly version: string;
  /** Ends the attempt to connect. */
  readonly signal: AbortSignal;
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
}

const LOOSE = z.looseObject({});

/** Connects over a transport, and closes it when that fails. Rejects with the error of the SDK or the transport. */
export async function connectSdk(options: SdkOptions): Promise<McpConnection> {
  const { callbacks, version, signal } = options;
  const transport = new ScreenedTransport(options.createTransport, {
    sendsOverHttp: options.isHttp,
    onFlood: callbacks.onFlood,
  });
  const client = new Client({ name: 'vllm-agents', version }, { capabilities: capabilitiesOf(options) });
  let isReady = false;
  let isClosed = false;
  client.onclose = () => {
    isClosed = true;
    if (isReady) callbacks.onLost();
  };
  client.onerror = () => {
    // Errors that belong to no request, often mere noise. One that matters fails the request that it concerns.
  };
  setCallbacks(client, options);
  try {
    await untilAborted(client.connect(transport, { timeout: NO_TIMEOUT_MS }), signal);
    isReady = true;
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw readError(error, { signal, isClosed: false, hadSession: false });
  }

  async function request(method: string, params: JsonObject, more: RequestOptions): Promise<JsonObject> {
    const sent = { method, params } as Request;
    const hadSession = transport.sessionId !== undefined;
    const followed = follow(more.signal);
    try {
      const requested = { timeout: REQUEST_TIMEOUT_MS, ...more, signal: followed.signal };
      return (await client.request(sent, LOOSE, requested)) as JsonObject;
    } catch (error) {
      throw readError(error, { signal: more.signal, isClosed, hadSession });
    } finally {
      followed.release();
    }
  }

  async function list(method: string, key: string, ending: AbortSignal): Promise<Listed> {
    const tools: unknown[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      let result: JsonObject;
      try {
        result = await request(method, cursor === undefined ? {} : { cursor }, { signal: ending });
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
    info: infoOf(client),
    listTools: (signal) => list('tools/list', 'tools', signal),
    callTool: (name, args, { signal, onProgress }) =>
      request(
        'tools/call',
        { name, arguments: args },
        {
          signal,
          timeout: NO_TIMEOUT_MS,
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

/** A signal of its own for each request: the SDK never removes its listener, which would keep the request in memory as long as the signal. */
function follow(signal: AbortSignal | undefined): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  // As many requests as there are calls may wait for the same signal.
  if (signal !== undefined) setMaxListeners(Number.POSITIVE_INFINITY, signal);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', onAbort) };
}

/** Tells a server that keeps sessions that this one is over. Whether the server accepts that does not matter here. */
async function endSession(transport: ScreenedTransport): Promise<void> {
  if (transport.sessionId === undefined) return;
  const ended = transport.terminateSession().catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_SESSION_MS);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}

const END_SESSION_MS = 2000;

function capabilitiesOf({ hasRoots, canSample, canAskUser }: SdkOptions): Record<string, object> {
  return {
    ...(hasRoots && { roots: { listChanged: false } }),
    ...(canSample && { sampling: { tools: {} } }),
    ...(canAskUser && { elicitation: { form: { applyDefaults: true }, url: {} } }),
  };
}

function setCallbacks(client: Client, { callbacks, hasRoots, canSample, canAskUser }: SdkOptions): void {
  if (hasRoots) {
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: callbacks.roots().map((uri) => ({ uri })) }));
  }
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => callbacks.onToolsChanged());
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
    callbacks.onResourceUpdated(params.uri),
  );
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    callbacks.onLog(params.level, typeof params.data === 'string' ? params.data : JSON.stringify(params.data));
  });
  if (canAskUser) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
      const { message } = params;
      const request =
        params.mode === 'url'
          ? { message, url: params.url }
          : { message, form: params.requestedSchema as unknown as JsonObject };
      const answer = await callbacks.askUser(request, signal);
      return answer.action === 'accept' ? { action: 'accept', content: (answer.content ?? {}) as never } : answer;
    });
  }
  if (canSample) {
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }, { signal }) =>
      sampleResult(await callbacks.sample(params as unknown as JsonObject, signal)),
    );
  }
}

function sampleResult({ model, text, calls, stopReason }: SampleAnswer) {
  const uses = calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use' as const, id, name, input }));
  const texts = text === '' && uses.length > 0 ? [] : [{ type: 'text' as const, text }];
  const content = [...texts, ...uses];
  const [only] = content;
  // Older servers accept one part, not a list.
  return { model, role: 'assistant' as const, stopReason, content: content.length === 1 && only ? only : content };
}

function infoOf(client: Client): McpConnection['info'] {
  const capabilities = client.getServerCapabilities() ?? {};
  const { name = '', version = '' } = client.getServerVersion() ?? {};
  return {
    name,
    version,
    instructions: client.getInstructions() ?? '',
    // Some servers have tools without declaring any capability.
    hasTools: capabilities.tools !== undefined || Object.keys(capabilities).length === 0,
    hasResources: capabilities.resources !== undefined,
    hasPrompts: capabilities.prompts !== undefined,
    hasCompletions: capabilities.completions !== undefined,
  };
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
