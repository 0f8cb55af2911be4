// Owns the connection to a server of the revision 2026-07-28, through the SDK's version 2. Results are passed on unchecked, as those of older
// servers are: the SDK would reject a whole list for one bad tool, a whole result for one bad part.

import type { Transport as SdkTransport } from '@modelcontextprotocol/client';
import { Client, LOG_LEVEL_META_KEY, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { capabilitiesOf, clientInfo } from './capabilities.ts';
import { untilAborted } from './connect-limit.ts';
import type { Listed, McpConnection } from './connection.ts';
import { AnswerError, ConnectionLoss, RevisionError } from './connection-error.ts';
import { readError2026 } from './error-2026.ts';
import { follow } from './followed-signal.ts';
import { untilComplete } from './input-required.ts';
import type { ParamHeader } from './param-headers.ts';
import { headersFor, paramHeaders } from './param-headers.ts';
import { readError } from './read-error.ts';
import type { OpenOptions } from './revision.ts';
import { ScreenedTransport } from './screened-transport.ts';
import { infoOf, serverRequests } from './server-requests.ts';
import { Subscriptions } from './subscriptions.ts';

const REVISION = '2026-07-28';

/** For all requests but calls, which their signal ends. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The SDK has no other way to turn its limit off than the longest time that Node's timers support. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** A result of every kind, which the SDK lets pass; the server's own is beside it, under a name of no kind. */
const ANY_RESULT = {
  resultType: 'complete',
  ...{ content: [], tools: [], prompts: [], resources: [], resourceTemplates: [], contents: [], messages: [] },
  ...{ completion: { values: [] }, supportedVersions: [REVISION], capabilities: {}, ttlMs: 0, cacheScope: 'private' },
};

const WRAPPED = z.looseObject({ unchecked: z.custom<JsonObject>(isObject) });

interface RequestMore {
  readonly timeout?: number;
  readonly onprogress?: (progress: object) => void;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function open2026(options: OpenOptions): Promise<McpConnection> {
  const { callbacks, version, isHttp } = options;
  const transport = new ScreenedTransport(options.createTransport, {
    sendsOverHttp: isHttp,
    onFlood: callbacks.onFlood,
    wrapResult: (unchecked) => ({ ...ANY_RESULT, unchecked }),
  });
  const client = new Client(clientInfo(version), {
    capabilities: capabilitiesOf(options),
    versionNegotiation: { mode: { pin: REVISION } },
  });
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
  await connect(client, transport, options);
  isReady = true;

  const subscriptions = new Subscriptions(client, callbacks);
  subscriptions.start();

  /** Rejects with the errors of `connection-error.ts`, or the signal's reason. */
  async function guarded<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const followed = follow(signal);
    try {
      return await ask(followed.signal);
    } catch (error) {
      throw readError(error, { signal, isClosed, hadSession: false, readSdk: readError2026 });
    } finally {
      followed.release();
    }
  }

  function request(
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    more: RequestMore = {},
  ): Promise<JsonObject> {
    const send = (answers: JsonObject): Promise<JsonObject> =>
      guarded(signal, async (followed) => {
        const sent = { method, params: { ...params, ...answers } };
        const requested = { timeout: REQUEST_TIMEOUT_MS, ...more, signal: followed };
        return (await client.request(sent, WRAPPED, requested)).unchecked;
      });
    return untilComplete({ send, callbacks, signal });
  }

  const requests = serverRequests(request);
  let headers: ReadonlyMap<string, readonly ParamHeader[]> = new Map();
  return {
    info: infoOf({
      ...client.getServerVersion(),
      instructions: client.getInstructions(),
      capabilities: client.getServerCapabilities(),
    }),
    ...requests,
    listTools: async (signal) => {
      const listed = await requests.listTools(signal);
      if (!isHttp) return listed;
      const usable = withHeaders(listed);
      headers = usable.headers;
      return usable.listed;
    },
    callTool: (tool, args, { signal, onProgress }) =>
      request('tools/call', { name: tool, arguments: args, _meta: { [LOG_LEVEL_META_KEY]: 'warning' } }, signal, {
        timeout: NO_TIMEOUT_MS,
        onprogress: (progress) => onProgress(progress as JsonObject),
        headers: headersFor(headers.get(tool) ?? [], args),
      }),
    subscribe: (uri, signal) => guarded(signal, (followed) => subscriptions.add(uri, followed)),
    ping: async (signal) => void (await request('server/discover', {}, signal)),
    close: async () => {
      isReady = false;
      await subscriptions.close();
      await client.close().catch(() => undefined);
    },
  };
}

/** Asks the server what it is, in place of a handshake. */
async function connect(client: Client, transport: ScreenedTransport, options: OpenOptions): Promise<void> {
  const { signal, isHttp, probeMs = NO_TIMEOUT_MS } = options;
  try {
    // It has what the SDK uses of a transport; the SDK's type of a message is narrower than what is sent and received here.
    const connected = client.connect(transport as unknown as SdkTransport, { timeout: probeMs });
    await untilAborted(connected, signal);
  } catch (error) {
    await transport.close().catch(() => undefined);
    const isNetwork = error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed && error.cause;
    const read = readError(isNetwork ? error.cause : error, {
      signal,
      isClosed: false,
      hadSession: false,
      readSdk: readError2026,
    });
    // An older program may end, or be silent, when it is asked something before the handshake that it expects.
    const isOlder = !isHttp && (read instanceof ConnectionLoss || read instanceof AnswerError || isNetwork);
    throw isOlder && !signal.aborted
      ? new RevisionError(`the server does not speak the revision ${REVISION}`, read)
      : read;
  }
}

/** Without the tools that may not be used for what they want in headers. */
function withHeaders({ tools, cut, dropped = [] }: Listed) {
  const headers = new Map<string, readonly ParamHeader[]>();
  const wrong: string[] = [...dropped];
  const usable = tools.filter((entry) => {
    if (!isObject(entry) || typeof entry.name !== 'string') return true;
    try {
      headers.set(entry.name, paramHeaders(entry.inputSchema));
      return true;
    } catch (error) {
      wrong.push(`${entry.name.slice(0, 80)}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  });
  return { listed: { tools: usable, cut, dropped: wrong }, headers };
}

function setCallbacks(client: Client, { callbacks }: OpenOptions): void {
  client.setNotificationHandler('notifications/tools/list_changed', () => callbacks.onToolsChanged());
  client.setNotificationHandler('notifications/resources/updated', ({ params }) =>
    callbacks.onResourceUpdated(params.uri),
  );
  client.setNotificationHandler('notifications/message', ({ params }) => {
    callbacks.onLog(params.level, typeof params.data === 'string' ? params.data : JSON.stringify(params.data));
  });
}
