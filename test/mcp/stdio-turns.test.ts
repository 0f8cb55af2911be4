// Owns the claim that a server that writes without end leaves the rest of the program its turns.

import { expect, test } from 'vitest';
import { StdioTransport } from '../../src/mcp/stdio-transport.ts';

const LINES = 30_000;
const MOST_AT_ONCE = 50;

test('however many messages a server writes at once, each fifty leave others their turn', async () => {
  const program = `process.stdout.write('{"jsonrpc":"2.0","method":"x"}\\n'.repeat(${LINES}))`;
  const transport = new StdioTransport({ command: process.execPath, args: ['-e', program] }, {});
  let total = 0;
  let sinceTurn = 0;
  let most = 0;
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    transport.onclose = resolve;
  });
  transport.onmessage = () => {
    total++;
    most = Math.max(most, ++sinceTurn);
  };
  const turn = (): void => {
    sinceTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  await transport.start();
  await ended;
  isOver = true;
  expect([total, most <= MOST_AT_ONCE]).toEqual([LINES, true]);
});
