// Owns claims about the command `vllm-agents`, as a real process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { OWN_HOME } from '../support/own-home.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function command(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/bin.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...OWN_HOME },
  });
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
    ['an unknown command', ['docter'], 2, /^There is no command docter\. Did you mean doctor\?\nUsage:/],
    [
      'a command that is near to none',
      ['zzzz'],
      2,
      /^There is no command zzzz\. There are doctor, run, runs, sessions and store\.\nUsage:/,
    ],
    ['no command', [], 2, /^A command is missing: doctor, run, runs, sessions or store\.\nUsage:/],
    [
      'a file for a command',
      ['agents/weather.ts', 'hi'],
      2,
      /^There is no command agents\/weather\.ts\. To run an agent's file: vllm-agents run agents\/weather\.ts\.\nUsage:/,
    ],
    [
      'run without a file',
      ['run', '--json', 'x'],
      2,
      /^run takes the file of an agent first: vllm-agents run agent\.ts\.\n/,
    ],
    ['a file that is not there', ['run', 'no/such.ts'], 2, /^There is no file no\/such\.ts\.\nUsage:/],
    ['a folder for a file', ['doctor', 'agents'], 2, /^agents is no file\.\nUsage:/],
    ['a doctor of the simulator', ['doctor', '--simulate'], 2, /^doctor examines a server: leave out --simulate\.\n/],
    [
      'an address that is none',
      ['doctor', '--base-url', 'localhost:8000/v1'],
      2,
      /^The base URL \(--base-url\) is "localhost:8000\/v1": write http:\/\/ .*\nUsage:/,
    ],
    ['an unknown flag', ['doctor', '--jsn'], 2, /^Unknown flag --jsn\. Did you mean --json\?\nUsage:/],
  ])('answers %s', async (_name, args, code, printed) => {
    const ended = await command(...args);
    expect([ended.code, ended.out + ended.err]).toEqual([code, expect.stringMatching(printed)]);
  });

  test.each(['doctor', 'run'])('%s of a file that runs no agent says so', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'bin-'));
    try {
      const file = join(folder, 'quiet.ts');
      await writeFile(
        file,
        `import { defineAgent } from '${ROOT}src/index.ts';\nexport const a = defineAgent({ name: 'a' });\n`,
      );
      const { code, out, err } = await command(name, file);
      const message = `${file} runs no agent: end it with runMain(import.meta, agent).\n`;
      expect({ code, out, err }).toEqual({ code: 2, out: '', err: message });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('run gives the program its arguments, and its exit code back', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(answer({ content: 'Mild.' }), answer({ content: ' ' }), answer({ content: ' ' }));
    const url = ['--base-url', vllm.baseUrl];
    expect(await command('run', 'agents/weather.ts', ...url, 'How is Paris?')).toEqual({
      code: 0,
      out: 'Mild.\n',
      err: '',
    });
    expect((await command('run', 'agents/weather.ts', ...url, 'And Oslo?')).code).toBe(4);
    const broken = await command('run', 'test/cli/fake-io.ts', 'x');
    expect(broken.code).toBe(2);
  });
});
