// Owns claims about the command `vllm-agents`, as a real process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function command(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/bin.ts', ...args], { cwd: ROOT });
  const text = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    text.out += part;
  });
  child.stderr.on('data', (part) => {
    text.err += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

describe('vllm-agents', () => {
  test('doctor checks a server, and an agent by its file', async () => {
    await using vllm = await startFakeVllm({ respond: () => answer({ content: 'It is mild in Paris.' }) });
    const server = await command('doctor', '--base-url', vllm.baseUrl);
    expect([server.code, server.out]).toEqual([0, expect.stringContaining('Agents can run here.')]);
    const agent = await command('doctor', 'agents/files-mcp.ts', '--base-url', vllm.baseUrl);
    expect([agent.code, agent.out]).toEqual([0, expect.stringMatching(/✓ server files +13 tools/)]);
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['--version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    ['--help', ['--help'], 0, /^Usage: vllm-agents doctor/],
    ['an unknown command', ['docter'], 2, /^The only command is doctor\.\nUsage:/],
    ['an unknown flag', ['doctor', '--jsn'], 2, /^Unknown flag --jsn\. Did you mean --json\?\nUsage:/],
  ])('answers %s', async (_name, args, code, printed) => {
    const ended = await command(...args);
    expect([ended.code, ended.out + ended.err]).toEqual([code, expect.stringMatching(printed)]);
  });
});
