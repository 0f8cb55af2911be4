// Owns claims about values that a configuration leaves to the user: asked for once, when the server starts, and named where nobody is.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tried

import { expect, test } from 'vitest';
import { createServer } from '../../src/mcp/server.ts';
import type { InputRequest } from '../../src/tool/tool-provider.ts';
import { openServer } from './scripted-server.ts';

const PROGRAM = `
  const send = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (method === 'initialize')
      send(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'p', version: '1' } });
    else if (method === 'tools/list') send(id, { tools: [{ name: 'work', inputSchema: { type: 'object' } }] });
    else if (method === 'tools/call') send(id, { content: [{ type: 'text', text: process.env.KEY + process.argv[1] }] });
  });`;

const CONFIG = {
  command: process.execPath,
  args: ['-e', PROGRAM, '${input:size}'],
  env: { KEY: '${input:key}' },
  inputs: { key: 'Your key' },
  connectTimeoutMs: 300_000,
};
const mount = () => createServer('s', CONFIG, () => ({ env: {}, workspaceFolder: '/', version: '0' }));

test('they are asked for in one form, once, and filled in', async () => {
  const asked: InputRequest[] = [];
  const askUser = async (request: InputRequest) => {
    asked.push(request);
    return { action: 'accept' as const, content: { key: 'k', size: '7' } };
  };
  const server = mount();
  for (let start = 0; start < 2; start++) {
    await using user = await openServer(server, { askUser });
    expect(await user.call('work')).toBe('k7');
  }
  expect(asked).toEqual([
    {
      provider: 's',
      message: 'Values that its configuration leaves to you:',
      form: {
        type: 'object',
        properties: { size: { type: 'string', description: 'size' }, key: { type: 'string', description: 'Your key' } },
        required: ['size', 'key'],
      },
    },
  ]);
});

test.each([
  ['nobody can be asked', {}],
  ['the user declines', { askUser: async () => ({ action: 'decline' as const }) }],
])('when %s, the server is not started, and the value is named', async (_name, context) => {
  await expect(openServer(mount(), context)).rejects.toMatchObject({
    code: 'mcp_config',
    message: expect.stringMatching(/^MCP server `s`, `args`: \$\{input:size\} asks for a value/),
  });
});
