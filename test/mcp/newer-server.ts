// Owns a server of the revision 2026-07-28 alone, made with its own SDK, for tests over both kinds of connection. Started as a program it
// speaks on its standard input and output.

import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

export interface NewerServer {
  /** Makes a server; over HTTP there is one for each request. */
  readonly create: () => McpServer;
}

export function newerServer(onChange: (change: string) => void): NewerServer {
  let hasNew = false;
  const create = (): McpServer => {
    const server = new McpServer(
      { name: 'newer', version: '1' },
      { instructions: 'Be brief.', capabilities: { tools: { listChanged: true }, resources: { subscribe: true } } },
    );
    const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
    const numbers = z.object({ a: z.number(), b: z.number() });
    server.registerTool('add', { description: 'Adds.', inputSchema: numbers }, ({ a, b }) => text(String(a + b)));
    server.registerTool('greet', { description: 'Greets.', inputSchema: z.object({}) }, (_args, ctx) => {
      const found = acceptedContent<{ name: string }>(ctx.mcpReq.inputResponses, 'who');
      if (found !== undefined) return text(`Hello ${found.name}`);
      const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
      return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema }) } });
    });
    server.registerTool('count', { description: 'Counts.', inputSchema: z.object({}) }, async (_args, ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      for (let progress = 1; progressToken !== undefined && progress <= 3; progress++) {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
      }
      return text('3');
    });
    server.registerTool('grow', { description: 'Adds a tool.', inputSchema: z.object({}) }, () => {
      hasNew = true;
      onChange('tools');
      return text('grown');
    });
    server.registerTool('touch', { description: 'Changes a resource.', inputSchema: z.object({}) }, () => {
      onChange('note://a');
      return text('touched');
    });
    if (hasNew) server.registerTool('new', { description: 'New.', inputSchema: z.object({}) }, () => text('new'));
    server.registerResource('a', 'note://a', {}, (uri) => ({ contents: [{ uri: uri.href, text: 'A note.' }] }));
    return server;
  };
  return { create };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const served: McpServer[] = [];
  const { create } = newerServer((change) => {
    const [server] = served;
    if (change === 'tools') server?.registerTool('new', { inputSchema: z.object({}) }, () => ({ content: [] }));
    else void server?.server.sendResourceUpdated({ uri: change });
  });
  serveStdio(
    () => {
      const server = create();
      served.unshift(server);
      return server;
    },
    { legacy: 'reject' },
  );
}
