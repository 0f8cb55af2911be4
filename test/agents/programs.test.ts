// Owns claims about the shipped agents as real processes.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { OWN_HOME } from '../support/own-home.ts';
import type { ChatBody } from '../support/run-helpers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function node(args: readonly string[], env: Record<string, string> = {}, input?: string): Promise<Ended> {
  const { VLLM_BASE_URL: _url, VLLM_MODEL: _model, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: { ...inherited, ...OWN_HOME, ...env },
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    text.out += part;
  });
  child.stderr.on('data', (part) => {
    text.err += part;
  });
  if (input !== undefined) child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

/** The weather service, as a machine without network sees it. */
const OFFLINE = { https_proxy: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' };

describe('agents/weather.ts', () => {
  test('runs on a vLLM through a real tool call', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(
      answer({ toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] }),
      answer({ content: 'Mild.' }),
    );
    const { code, out, err } = await node(['agents/weather.ts', 'How is Paris?'], {
      VLLM_BASE_URL: vllm.baseUrl,
      ...OFFLINE,
    });
    expect({ code, out }).toEqual({ code: 0, out: 'Mild.\n' });
    expect(err).toContain('get_weather({"city":"Paris"})');
    const [first, second] = vllm.chatBodies() as unknown as ChatBody[];
    expect(first?.tools?.map(({ function: { name, strict } }) => [name, strict])).toEqual([['get_weather', true]]);
    expect(second?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(JSON.parse(String(second?.messages.at(-1)?.content))).toEqual({
      city: 'Paris',
      temperature: expect.any(Number),
      unit: 'celsius',
      source: expect.stringMatching(/^climate normals for \w+, not live: the weather service cannot be reached$/),
    });
  });

  test('prints its help', async () => {
    const { code, out } = await node(['agents/weather.ts', '--help']);
    expect([code, out]).toEqual([0, expect.stringContaining('Usage: npx tsx agents/weather.ts')]);
  });

  test('does nothing when it is imported', async () => {
    const { code, out, err } = await node([
      '--input-type=module',
      '-e',
      "const { weather } = await import('./agents/weather.ts'); process.stdout.write(weather.name);",
    ]);
    expect({ code, out, err }).toEqual({ code: 0, out: 'weather', err: '' });
  });
});

test('npm start plays a whole run on the simulator and says so, whatever server is named', async () => {
  const env = { ...process.env, ...OFFLINE, ...OWN_HOME, VLLM_BASE_URL: 'http://127.0.0.1:9/v1', VLLM_MODEL: 'other' };
  const { stdout, stderr } = await promisify(execFile)('npm', ['start', '--silent'], { cwd: ROOT, env });
  expect(stdout).toContain('(From the simulator, which only repeats what the tools returned.)');
  expect(stderr.split('\n')[0]).toBe(
    'A built-in simulator answers, not a model: it understands nothing, but it calls your tools, which really run. VLLM_BASE_URL is not used.',
  );
});

describe('agents/complete.ts', () => {
  test('prints the answer as it comes, and ends well', async () => {
    await using vllm = await startFakeVllm({ apiKey: 'k' });
    vllm.script(answer({ reasoning: 'hm', content: 'The sea is blue.' }));
    expect(await node(['agents/complete.ts'], { VLLM_BASE_URL: vllm.baseUrl, VLLM_API_KEY: 'k' })).toEqual({
      code: 0,
      out: 'The sea is blue.\n',
      err: '',
    });
    expect(vllm.chatBodies()).toEqual([
      {
        model: 'fake',
        messages: [{ role: 'user', content: 'Write one sentence about the sea.' }],
        temperature: 0.7,
        max_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      },
    ]);
  });

  test('prints an error of the stream', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(answer({ content: 'The', errorFrame: { message: 'engine died' } }));
    const { out, err } = await node(['agents/complete.ts'], { VLLM_BASE_URL: vllm.baseUrl });
    expect([out, err]).toEqual(['The\n', expect.stringContaining('engine died')]);
  });
});

describe('agents/files.ts and agents/research.ts', () => {
  test('run on the simulator, through real tools, and end well', async () => {
    const files = await node(['agents/files.ts', '--simulate', 'Read the file agents/documents/seals.md']);
    expect([files.code, files.out]).toEqual([0, expect.stringContaining('240 grey seals')]);
    const research = await node(['agents/research.ts', '--simulate', 'Ask the reader about the file seals.md'], {
      VLLM_BASE_URL: '',
    });
    expect([research.code, research.out]).toEqual([0, expect.stringContaining('"sources"')]);
  });

  test('answer with a structured output from what an inner agent read', async () => {
    await using vllm = await startFakeVllm();
    const output = { answer: 'About 240.', sources: [{ file: 'seals.md', quote: 'Some 240 grey seals' }] };
    vllm.script(
      answer({ toolCalls: [{ name: 'ask_reader', arguments: { task: 'How many seals?' } }] }),
      answer({ toolCalls: [{ name: 'search_files', arguments: { text: 'seals' } }] }),
      answer({ content: 'Some 240 (seals.md).' }),
      answer({ content: 'There are 240.' }),
      answer({ content: JSON.stringify(output) }),
    );
    const { code, out, err } = await node(['agents/research.ts', '--json', 'How many?'], {
      VLLM_BASE_URL: vllm.baseUrl,
    });
    expect([code, err]).toEqual([0, '']);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const end = events.at(-1);
    expect([end.type, end.outcome, end.output]).toEqual(['run_end', { type: 'completed' }, output]);
    const outer = events.find(({ type, toolName }) => type === 'tool_start' && toolName === 'ask_reader');
    const inner = events.find(({ type, toolName }) => type === 'tool_end' && toolName === 'search_files');
    expect([inner.parentCallId, inner.isError, inner.result]).toEqual([
      outer.callId,
      false,
      expect.stringContaining('seals.md:3: Some 240'),
    ]);
  });
});

test('agents/files-mcp.ts runs through its server, which ends with it', async () => {
  await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 100_000 }] });
  vllm.script(
    answer({ toolCalls: [{ name: 'files__list_directory', arguments: { path: 'agents/documents' } }] }),
    answer({ content: 'Three.' }),
  );
  const { code, out, err } = await node(['agents/files-mcp.ts', 'What is there?'], { VLLM_BASE_URL: vllm.baseUrl });
  expect([code, out]).toEqual([0, 'Three.\n']);
  expect(err).toContain('[FILE] ferry.md');
});
