// Owns claims about the command `vllm-agents`, as a real process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function command(...words: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/bin.ts', ...words], { cwd: ROOT });
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

describe('vllm-agents', { timeout: 60_000 }, () => {
  test('doctor examines a server, and an agent by its file', async () => {
    await using vllm = await startFakeVllm({ respond: () => answer({ content: 'It is mild in Paris.' }) });
    const server = await command('doctor', '--base-url', vllm.baseUrl);
    expect([server.code, server.out]).toEqual([0, expect.stringContaining('Agents can run here.')]);
    const agent = await command('doctor', 'agents/files-mcp.ts', '--base-url', vllm.baseUrl);
    expect([agent.code, agent.out]).toEqual([0, expect.stringMatching(/✓ server files +13 tools/)]);
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['--version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    ['--help', ['--help'], 0, /^Usage: vllm-agents doctor/],
    ['a command that is not there', ['docter'], 2, /There is one command, doctor\.\nUsage:/],
    ['a flag that is not there', ['doctor', '--jsn'], 2, /There is no flag --jsn\. Did you mean --json\?/],
  ])('answers %s', async (_name, words, code, told) => {
    const ended = await command(...words);
    expect([ended.code, ended.out + ended.err]).toEqual([code, expect.stringMatching(told)]);
  });
});
