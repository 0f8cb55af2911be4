// Owns a web server on loopback for tests: MCP over Streamable HTTP that answers as a test has it answer, or anything else.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Received } from './scripted-server.ts';

export interface Site extends AsyncDisposable {
  readonly url: string;
}

export async function listen(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Site> {
  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Writes an answer in any form; returns true when it did. */
type Handle = (message: Received, response: ServerResponse, request: IncomingMessage) => unknown;

export interface McpSite extends Site {
  /** Methods of requests and notifications, and the HTTP methods of what was no POST, in order. */
  readonly seen: readonly string[];
}

/** A server whose own answers are given by method; what is missing has an ordinary answer. */
export async function listenMcp(own: Readonly<Record<string, Handle>>, session?: string): Promise<McpSite> {
  const seen: string[] = [];
  const site = await listen(async (request, response) => {
    if (request.method !== 'POST') {
      seen.push(request.method ?? '');
      response.writeHead(405).end();
      return;
    }
    const message = JSON.parse(await readBody(request)) as Received;
    seen.push(message.method);
    const handle = own[message.method];
    if (handle !== undefined) handle(message, response, request);
    else if (message.id === undefined) response.writeHead(202).end();
    else answerJson(response, { id: message.id, result: ORDINARY[message.method] ?? {} }, session);
  });
  return { ...site, seen };
}

export function answerJson(response: ServerResponse, message: object, session?: string): void {
  const headers = { 'content-type': 'application/json', ...(session !== undefined && { 'mcp-session-id': session }) };
  response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

const ORDINARY: Readonly<Record<string, object>> = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } },
  'tools/list': { tools: [{ name: 'work', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};
