// Owns the OpenAI Agents SDK as a contestant, with its own loop. Installed by hand: npm install --no-save openai @openai/agents

import { z } from 'zod';
import type { Contestant, Done } from './work.ts';

const NAMES = ['@openai/agents', 'openai'] as const;
const [{ Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool }, { default: OpenAI }] = await Promise.all(
  NAMES.map((name: string) => import(name)),
);
setTracingDisabled(true);
const models = new Map<string, unknown>();

function modelAt(baseURL: string): unknown {
  const known = models.get(baseURL) ?? new OpenAIChatCompletionsModel(new OpenAI({ baseURL, apiKey: 'x' }), 'bench');
  models.set(baseURL, known);
  return known;
}

const add = tool({
  name: 'add',
  description: 'Adds.',
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }: { readonly a: number; readonly b: number }) => String(a + b),
});
/** Its loop runs every call; the answer to this one ends the run. */
const take = tool({
  name: 'take',
  description: 'Takes a text.',
  parameters: z.object({ text: z.string() }),
  execute: async () => 'taken',
});

async function read(baseUrl: string, settings: object): Promise<Done> {
  const agent = new Agent({ name: 'bench', model: modelAt(baseUrl), ...settings });
  const result = await run(agent, 'go', { stream: true, maxTurns: 1000 });
  const done = { chars: 0, calls: 0, argumentChars: 0 };
  for await (const event of result) {
    if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') {
      done.chars += event.data.delta.length;
    }
    if (event.type !== 'run_item_stream_event' || event.name !== 'tool_called') continue;
    done.calls++;
    done.argumentChars += event.item.rawItem.arguments.length;
  }
  await result.completed;
  return done;
}

export const contestant: Contestant = {
  stream: (baseUrl) => read(baseUrl, {}),
  argumentsOf: (baseUrl) => read(baseUrl, { tools: [take], toolUseBehavior: 'stop_on_first_tool' }),
  loop: (baseUrl) => read(baseUrl, { tools: [add] }),
};
