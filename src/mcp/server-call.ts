// Owns one call of a server's tool: its progress, its result, and what losing the connection during it means. Its time limits are left to
// `call-limits.ts`, keeping the connection to `server.ts`.

import type { JsonObject } from '../core/json.ts';
import type { ToolContext } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import { startCallLimits } from './call-limits.ts';
import { readResult } from './call-result.ts';
import type { McpConnection, RawResult } from './connection.ts';
import { AnswerError, ConnectionLoss } from './connection-error.ts';
import { reason } from './loss.ts';
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

/** Gives the function that makes calls. It rejects with a ToolRetry for everything that the model should read. */
export function createServerCall(server: CalledServer): CallServerTool {
  async function call(tool: ServerTool, args: JsonObject, context: ToolContext): Promise<unknown> {
    if (tool.needsTask)
      throw new ToolRetry('This tool runs only as an MCP task, which this client does not support. Use another tool.');
    for (let attempt = 0; ; attempt++) {
      const connection = await server.connected(context.signal);
      try {
        return await callOnce(connection, tool, args, context);
      } catch (error) {
        if (error instanceof ToolRetry || context.signal.aborted) throw error;
        if (!(error instanceof ConnectionLoss)) throw new ToolRetry(failureOf(server.name, error));
        // Other calls may be under way on a connection of which only one request was lost.
        if (error.isGone) await server.drop(connection);
        const isRepeated = attempt === 0 && (error.wasNotReceived || tool.isRepeatable);
        if (!isRepeated) throw new ToolRetry(lossOf(server.name, error));
      }
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
      context.progress(progress);
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
