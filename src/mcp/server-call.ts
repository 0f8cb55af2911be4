// Owns one call of a server's tool: its limits, its progress, its result, and what a loss on the way means. The connection is
// kept by `server.ts`.

import type { JsonObject, JsonValue } from '../core/json.ts';
import type { ToolContext } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import { readResult } from './call-result.ts';
import type { McpConnection } from './connection.ts';
import { lossOf, reason } from './loss.ts';
import type { CallServerTool, ServerTool } from './read-tools.ts';
import type { McpServerConfig } from './server-config.ts';

const DEFAULT_CALL_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_CALL_MS = 1_800_000;

/** What a call needs of its server. */
export interface CalledServer {
  readonly name: string;
  readonly config: McpServerConfig;
  /** Rejects with a ToolRetry when the server is not there. */
  readonly connected: (signal: AbortSignal) => Promise<McpConnection>;
  readonly drop: (connection: McpConnection) => Promise<void>;
  readonly warn: (code: string, message: string) => void;
}

/** Gives the function that calls; it rejects with a ToolRetry for everything that the model is to know. */
export function createServerCall(server: CalledServer): CallServerTool {
  async function call(tool: ServerTool, args: JsonObject, context: ToolContext): Promise<unknown> {
    if (tool.needsTask) throw new ToolRetry('This tool runs only as a task, which is not spoken here: use another.');
    for (let attempt = 0; ; attempt++) {
      const connection = await server.connected(context.signal);
      try {
        return await callOnce(connection, tool, args, context);
      } catch (error) {
        if (error instanceof ToolRetry || context.signal.aborted) throw error;
        const loss = lossOf(error);
        if (loss === undefined) throw new ToolRetry(`The server \`${server.name}\` refused the call: ${reason(error)}`);
        await server.drop(connection);
        // A session that is not known was never given the call; a tool that says so may be called twice.
        const isRepeated = attempt === 0 && (loss === 'no session' || tool.isRepeatable);
        if (!isRepeated) {
          throw new ToolRetry(
            `The server \`${server.name}\` was lost during the call: whether it took effect is not known.`,
          );
        }
      }
    }
  }

  async function callOnce(
    connection: McpConnection,
    tool: ServerTool,
    args: JsonObject,
    context: ToolContext,
  ): Promise<unknown> {
    const { timeoutMs = DEFAULT_CALL_TIMEOUT_MS, maxCallMs = DEFAULT_MAX_CALL_MS } = server.config;
    const raw = await connection.callTool(tool.rawName, args, {
      signal: context.signal,
      timeoutMs,
      maxCallMs,
      onProgress: (progress) => context.progress(progress as JsonValue),
    });
    if (raw.isError !== true) checkOutput(tool, raw.structuredContent);
    return readResult(raw);
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
      // The schema is not valid. That is the server's fault, and no reason to lose its results.
      server.warn(
        'mcp_output_schema',
        `the output schema of \`${rawName}\` is not valid: its results are not checked.`,
      );
    }
  }

  return call;
}
