// Owns claims about recording a run and playing it again.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, VllmClient } from '../../src/index.ts';
import { answer, recordVllm, replayVllm, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';

let folder = '';
let file = '';

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
  expect((await ask(recorder.baseUrl)).text).toBe('Mild, é🗼.');
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
    expect([result.text, ran, result.messages[1]]).toMatchObject(['Mild, é🗼.', ['Paris'], { reasoning: 'hm' }]);
  });

  test('does not answer a request that changed, and says where', async () => {
    const replay = await replayVllm(file);
    const { outcome } = await ask(replay.baseUrl, 'Is it warm in Rome?');
    expect(outcome.type).toBe('failed');
    expect(() => replay.assertDone()).toThrow(
      'messages[0].content: was "Is it warm in Paris?", is "Is it warm in Rome?"',
    );
    await replay.close();
  });

  test('tells what was recorded and not made', async () => {
    const replay = await replayVllm(file);
    expect(() => replay.assertDone()).toThrow('POST /v1/chat/completions was recorded and not made');
    await replay.close();
  });

  test('that is none is refused by name', async () => {
    const other = join(folder, 'other.json');
    await writeFile(other, '{}');
    await expect(replayVllm(other)).rejects.toThrow(/other\.json is no recording/);
  });
});
