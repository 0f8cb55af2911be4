// Owns one call of a server's tool: its progress, its result, and what losing the connection during it means. Its time limits are left to
// `call-limits.ts`, keeping the connection to `server.ts`.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { ToolContext } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import type { InputAnswer, InputRequest } from '../tool/tool-provider.ts';
import { startCallLimits } from './call-limits.ts';
import { readResult } from './call-result.ts';
import type { McpConnection, RawResult } from './connection.ts';
import { AnswerError, ConnectionLoss, ServerError } from './connection-error.ts';
import { reason, wellFormed } from './loss.ts';
import type { CallServerTool, ServerTool } from './read-tools.ts';
import type { McpServerConfig } from './server-config.ts';

/** What a call needs of its server. */
interface CalledServer {
  readonly name: string;
  readonly config: McpServerConfig;
  /** Rejects with a ToolRetry when the server is unavailable. */
  readonly connected: (signal: AbortSignal) => Promise<McpConnection>;
  readonly drop: (connection: McpConnection) => Promise<void>;
  readonly warn: (code: string, message: string) => void;
  /** Asks the user whose call it is. */
  readonly askUser: (request: Omit<InputRequest, 'provider'>, signal: AbortSignal) => Promise<InputAnswer>;
}

function failureOf(server: string, error: unknown): string {
  const what = reason(error);
  return error instanceof AnswerError
    ? `The server \`${server}\` ${what}. Whether the call took effect is not known.`
    : `The server \`${server}\` refused the call: ${what}`;
}

function lossOf(server: string, error: ConnectionLoss): string {
  if (error.wasNotReceived) return `The server \`${server}\` did not receive the call: ${reason(error)}`;
  return `The connection to the server \`${server}\` was lost during the call: whether it took effect is not known.`;
}

/** Every watcher of a run is sent its progress. */
const MAX_PROGRESS_CHARS = 8000;

function shortProgress(progress: JsonObject): JsonObject {
  const { message } = progress;
  const rest = typeof message === 'string' ? { message: wellFormed(message.slice(0, MAX_PROGRESS_CHARS)) } : {};
  const known = {
    progress: progress.progress ?? null,
    ...(progress.total !== undefined && { total: progress.total }),
    ...rest,
  };
  return JSON.stringify(known).length <= 2 * MAX_PROGRESS_CHARS ? known : { progress: null };
}

interface Page {
  readonly message: string;
  readonly url: string;
}

const URL_ELICITATION_REQUIRED = -32_042;

/** The pages that the user must visit before the call can be made; none for any other error. */
function pagesOf(error: unknown): readonly Page[] {
  if (!(error instanceof ServerError) || error.code !== URL_ELICITATION_REQUIRED || !isObject(error.data)) return [];
  const { elicitations } = error.data;
  return (Array.isArray(elicitations) ? elicitations.filter(isObject) : []).flatMap(({ message, url }) =>
    typeof url === 'string' ? [{ url, message: typeof message === 'string' ? message : '' }] : [],
  );
}

/** Gives the function that makes calls. It rejects with a ToolRetry for everything that the model should read. */
export function createServerCall(server: CalledServer): CallServerTool {
  async function call(tool: ServerTool, args: JsonObject, context: ToolContext): Promise<unknown> {
    if (tool.needsTask)
      throw new ToolRetry('This tool runs only as an MCP task, which this client does not support. Use another tool.');
    let hasVisited = false;
    for (let attempt = 0; ; attempt++) {
      const connection = await server.connected(context.signal);
      try {
        return await callOnce(connection, tool, args, context);
      } catch (error) {
        if (error instanceof ToolRetry || context.signal.aborted) throw error;
        const pages = hasVisited ? [] : pagesOf(error);
        if (pages.length > 0) {
          hasVisited = true;
          await visit(pages, context.signal);
          attempt--; // it was no loss
          continue;
        }
        if (!(error instanceof ConnectionLoss)) throw new ToolRetry(failureOf(server.name, error));
        // Other calls may be under way on a connection of which only one request was lost.
        if (error.isGone) await server.drop(connection);
        const isRepeated = attempt === 0 && (error.wasNotReceived || tool.isRepeatable);
        if (!isRepeated) throw new ToolRetry(lossOf(server.name, error));
      }
    }
  }

  /** Rejects with a ToolRetry unless the user has visited all. */
  async function visit(pages: readonly Page[], signal: AbortSignal): Promise<void> {
    for (const page of pages) {
      const { action } = await server.askUser(page, signal);
      if (action !== 'accept')
        throw new ToolRetry(
          `The call needs the user to visit a page of the server \`${server.name}\` first: ${page.message}`,
        );
    }
  }

  async function callOnce(
    connection: McpConnection,
    tool: ServerTool,
    args: JsonObject,
    context: ToolContext,
  ): Promise<unknown> {
    const raw = await callInTime(connection, tool, args, context);
    if (raw.isError !== true) checkOutput(tool, raw.structuredContent);
    return readResult(raw);
  }

  async function callInTime(
    connection: McpConnection,
    { rawName }: ServerTool,
    args: JsonObject,
    context: ToolContext,
  ): Promise<RawResult> {
    const limits = startCallLimits(server.config, context.signal);
    const onProgress = (progress: JsonObject): void => {
      limits.extend();
      context.progress(shortProgress(progress));
    };
    try {
      return await connection.callTool(rawName, args, { signal: limits.signal, onProgress });
    } catch (error) {
      const exceeded = limits.exceeded();
      if (exceeded === undefined) throw error;
      throw new ToolRetry(`The call to the server \`${server.name}\` was stopped: ${exceeded}.`);
    } finally {
      limits.stop();
    }
  }

  /** A result that breaks its own schema is still a result. */
  function checkOutput({ rawName, output }: ServerTool, structured: unknown): void {
    try {
      const mismatches = output?.check(structured) ?? [];
      if (mismatches.length === 0) return;
      server.warn(
        'mcp_output_mismatch',
        `the result of \`${rawName}\` does not fit the schema that the server gives for it.`,
      );
    } catch {
      // The server's schema is not valid, which is no reason to lose its results.
      server.warn(
        'mcp_output_schema',
        `the output schema of \`${rawName}\` is not valid: its results are not checked.`,
      );
    }
  }

  return call;
}
