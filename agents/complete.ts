// Owns a whole streaming request without an agent: npx tsx agents/complete.ts. It prints the answer as it comes.

import { VllmClient } from '../src/index.ts';

const { VLLM_BASE_URL = 'http://localhost:8000/v1', VLLM_API_KEY, VLLM_MODEL } = process.env;

const client = new VllmClient(VLLM_BASE_URL, { apiKey: VLLM_API_KEY });
const model = VLLM_MODEL ?? (await client.models.list()).data[0]?.id ?? '';

const stream = await client.chat.completions
  .create()
  .model(model)
  .messages([{ role: 'user', content: 'Write one sentence about the sea.' }])
  .temperature(0.7)
  .maxTokens(100)
  .stream(true)
  .sendStream();

for await (const event of stream) {
  if (event.type === 'content') process.stdout.write(event.delta);
  if (event.type === 'error') process.stderr.write(`\n${event.error.message}`);
  if (event.type === 'done') break;
}
process.stdout.write('\n');
