// Owns claims about recording a run and replaying it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/index.ts';
import { run, VllmClient } from '../../src/index.ts';
import { answer, recordVllm, replayVllm, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';

let folder = '';
let file = '';
let recorded: readonly Message[] = [];

async function ask(baseUrl: string, question = 'Is it warm in Paris?', ran: string[] = []) {
  await using client = new VllmClient(baseUrl, { apiKey: 'hunter2', maxRetries: 0 });
  return await run(weatherAgent({ params: { temperature: 0 } }, ran), question, { client });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  file = join(folder, 'run.json');
  await using vllm = await startFakeVllm({ apiKey: 'hunter2' });
  vllm.script(
    answer({ reasoning: 'hm', toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] }),
    answer({ content: 'Mild, é🗼.' }),
  );
  await using recorder = await recordVllm({ baseUrl: vllm.baseUrl, file });
  const result = await ask(recorder.baseUrl);
  expect(result.text).toBe('Mild, é🗼.');
  recorded = result.messages;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a recording', () => {
  test('is readable, and holds no key', async () => {
    const text = await readFile(file, 'utf8');
    expect(text).toContain('Is it warm in Paris?');
    expect(text).toMatch(/"data: \{/);
    expect(text).not.toMatch(/hunter2|[Aa]uthorization/);
  });

  test('gives the same run again, without the server', async () => {
    await using replay = await replayVllm(file);
    const ran: string[] = [];
    const result = await ask(replay.baseUrl, undefined, ran);
    expect([result.text, ran, result.messages]).toEqual(['Mild, é🗼.', ['Paris'], recorded]);
  });

  test('does not answer a changed request, and says what differs', async () => {
    const replay = await replayVllm(file);
    const { outcome } = await ask(replay.baseUrl, 'Is it warm in Rome?');
    expect(outcome.type).toBe('failed');
    const next = 'The next recorded request to this path differs:';
    const difference = 'messages[0].content: was "Is it warm in Paris?", is "Is it warm in Rome?"';
    const left = 'POST /v1/chat/completions was recorded but not made';
    expect(() => replay.assertDone()).toThrow(
      new Error(`POST /v1/chat/completions is not in the recording ${file}. ${next}\n${difference}\n${left}\n${left}`),
    );
    await replay.close();
  });

  test('reports the recorded requests that were not made', async () => {
    const replay = await replayVllm(file);
    expect(() => replay.assertDone()).toThrow('POST /v1/chat/completions was recorded but not made');
    await replay.close();
  });

  test('that is another file is refused by name', async () => {
    const other = join(folder, 'other.json');
    await writeFile(other, '{}');
    await expect(replayVllm(other)).rejects.toThrow(new Error(`${other} is not a recording.`));
  });
});
