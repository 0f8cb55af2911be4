// Owns what an error of the SDK's version 1 says. What follows from that is left to `read-error.ts`.

import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { SdkFailure } from './read-error.ts';

export function readError2025(error: Error): SdkFailure | undefined {
  if (error instanceof UnauthorizedError) return { type: 'sign-in' };
  if (error instanceof StreamableHTTPError || error instanceof SseError) {
    return { type: 'status', status: error.code, body: error.message.replace(STATUS_PREFIX, '') };
  }
  const ofSse = SSE_STATUS.exec(error.message);
  // The older SSE has its session in the address.
  if (ofSse !== null) return { type: 'status', status: Number(ofSse[1]), body: ofSse[2] ?? '', hadSession: true };
  if (error instanceof z.core.$ZodError) return { type: 'form', what: pathsOf(error) };
  if (error.message === 'Not connected') return { type: 'closed', isSent: false };
  const revision = REVISION.exec(error.message)?.[1];
  if (revision !== undefined && revision >= FIRST_OF_OTHERS) return { type: 'revision', what: error.message };
  if (!(error instanceof McpError)) return undefined;
  if (error.code === ErrorCode.RequestTimeout) return { type: 'timeout', message: error.message.replace(PREFIX, '') };
  return error.code === ErrorCode.ConnectionClosed ? { type: 'closed', isSent: true } : undefined;
}

/** The SDK's prefix of all messages. */
const PREFIX = /^MCP error -?\d+: /;
const REVISION = /^Server's protocol version is not supported: (\S+)$/;
/** Revisions are dates. */
const FIRST_OF_OTHERS = '2026-07-28';
const STATUS_PREFIX = /^(?:Streamable HTTP|SSE) error: (?:Error POSTing to endpoint: )?/;
const SSE_STATUS = /^Error POSTing to endpoint \(HTTP (\d+)\): ([\s\S]*)$/;

const MAX_PATHS = 5;

function pathsOf({ issues }: z.core.$ZodError): string {
  return issues
    .slice(0, MAX_PATHS)
    .map(({ path, message }) => `\`${path.join('.')}\` ${message}`)
    .join('; ');
}
