// Owns the connection to a server of the revision 2025-11-25 or an older one, through the SDK's version 1. Loaded only when a server starts:
// importing the SDK takes a tenth of a second. Results are passed on unchecked: the SDK's own checks would reject a whole list for one bad
// tool, a whole result for one bad part.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport as SdkTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
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
import { capabilitiesOf, clientInfo } from './capabilities.ts';
import { untilAborted } from './connect-limit.ts';
import type { McpConnection } from './connection.ts';
import { readError2025 } from './error-2025.ts';
import { follow } from './followed-signal.ts';
import { readError } from './read-error.ts';
import type { OpenOptions } from './revision.ts';
import { ScreenedTransport } from './screened-transport.ts';
import { elicit, rootsResult, sampleResult } from './server-questions.ts';
import { infoOf, serverRequests } from './server-requests.ts';

/** For all requests but calls, which their signal ends. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The SDK has no other way to turn its limit off than the longest time that Node's timers support. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

const LOOSE = z.looseObject({});

export async function open2025(options: OpenOptions): Promise<McpConnection> {
  const { callbacks, version, signal } = options;
  const transport = new ScreenedTransport(options.createTransport, {
    sendsOverHttp: options.isHttp,
    onFlood: callbacks.onFlood,
  });
  const client = new Client(clientInfo(version), { capabilities: capabilitiesOf(options) });
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
    // It has what the SDK uses of a transport; the SDK's type of a message is narrower than what is sent and received here.
    const connected = client.connect(transport as unknown as SdkTransport, { timeout: NO_TIMEOUT_MS });
    await untilAborted(connected, signal);
    isReady = true;
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw readError(error, { signal, isClosed: false, hadSession: false, readSdk: readError2025 });
  }

  async function request(
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    more: RequestOptions = {},
  ): Promise<JsonObject> {
    const sent = { method, params } as Request;
    const hadSession = transport.sessionId !== undefined;
    const followed = follow(signal);
    try {
      const requested = { timeout: REQUEST_TIMEOUT_MS, ...more, signal: followed.signal };
      return (await client.request(sent, LOOSE, requested)) as JsonObject;
    } catch (error) {
      throw readError(error, { signal, isClosed, hadSession, readSdk: readError2025 });
    } finally {
      followed.release();
    }
  }

  const { name, version: serverVersion } = client.getServerVersion() ?? {};
  return {
    info: infoOf({
      name,
      version: serverVersion,
      instructions: client.getInstructions(),
      capabilities: client.getServerCapabilities(),
    }),
    ...serverRequests(request),
    callTool: (tool, args, { signal, onProgress }) =>
      request('tools/call', { name: tool, arguments: args }, signal, {
        timeout: NO_TIMEOUT_MS,
        onprogress: (progress) => onProgress(progress as unknown as JsonObject),
      }),
    subscribe: async (uri, signal) => void (await request('resources/subscribe', { uri }, signal)),
    ping: async (signal) => void (await request('ping', {}, signal)),
    close: async () => {
      isReady = false;
      await endSession(transport);
      await client.close().catch(() => undefined);
    },
  };
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

function setCallbacks(client: Client, { callbacks, hasRoots, canSample, canAskUser }: OpenOptions): void {
  if (hasRoots) client.setRequestHandler(ListRootsRequestSchema, () => rootsResult(callbacks));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => callbacks.onToolsChanged());
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
    callbacks.onResourceUpdated(params.uri),
  );
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    callbacks.onLog(params.level, typeof params.data === 'string' ? params.data : JSON.stringify(params.data));
  });
  if (canAskUser) {
    client.setRequestHandler(
      ElicitRequestSchema,
      // Answers have the form that the SDK checks, but its type lacks null.
      async ({ params }, { signal }) => (await elicit(params, callbacks, signal)) as never,
    );
  }
  if (canSample) {
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }, { signal }) =>
      sampleResult(await callbacks.sample(params as unknown as JsonObject, signal)),
    );
  }
}
