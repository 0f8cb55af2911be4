// Owns the claim that progress is told also when it comes in the same piece as the result.

import { expect, test } from 'vitest';
import { serversOf } from '../../src/setup/mount-mcp.ts';
import { answer } from '../support/fake.ts';
import { tryRun } from '../support/run-helpers.ts';

/** A server whose only tool writes its progress and its result at once. */
const SERVER = `
  const tool = { name: 'work', description: 'Works.', inputSchema: { type: 'object' } };
  const results = {
    initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }),
    'tools/list': () => ({ tools: [tool] }),
    'tools/call': () => ({ content: [{ type: 'text', text: 'done' }] }),
    ping: () => ({}),
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    const lines = [{ jsonrpc: '2.0', id, result: results[method](params) }];
    const progressToken = params?._meta?.progressToken;
    for (const progress of method === 'tools/call' ? [2, 1] : []) {
      lines.unshift({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress } });
    }
    process.stdout.write(lines.map((message) => JSON.stringify(message) + '\\n').join(''));
  });`;

test('progress that is written together with the result is told, in order, before the end', async () => {
  const providers = serversOf({ s: { command: process.execPath, args: ['-e', SERVER] } });
  const call = answer({ toolCalls: [{ name: 's__work', arguments: {} }] });
  const { events, result } = await tryRun([call, answer({ content: 'FINAL answer' })], {
    agent: { tools: [], providers },
  });
  const told = events.flatMap((event) =>
    event.type === 'tool_progress' ? [event.progress] : event.type === 'tool_end' ? [event.result] : [],
  );
  expect(told).toEqual([{ progress: 1 }, { progress: 2 }, 'done']);
  expect(result.outcome).toEqual({ type: 'completed' });
});
