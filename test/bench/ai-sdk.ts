// Owns the AI SDK as a contestant, with its own loop. Installed by hand: npm install --no-save ai @ai-sdk/openai-compatible

import { z } from 'zod';
import type { Contestant, Done } from './work.ts';

const NAMES = ['ai', '@ai-sdk/openai-compatible'] as const;
const [{ streamText, tool, stepCountIs }, { createOpenAICompatible }] = await Promise.all(
  NAMES.map((name: string) => import(name)),
);
const providers = new Map<string, (model: string) => unknown>();

function modelAt(baseURL: string): unknown {
  const known = providers.get(baseURL) ?? createOpenAICompatible({ name: 'bench', baseURL, includeUsage: true });
  providers.set(baseURL, known);
  return known('bench');
}

const add = tool({
  description: 'Adds.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }: { readonly a: number; readonly b: number }) => String(a + b),
});

/** The fragments of arguments as they came, for the SDK parses them by itself. */
async function read(baseUrl: string, tools: object): Promise<Done> {
  const { fullStream } = streamText({ model: modelAt(baseUrl), prompt: 'go', tools, stopWhen: stepCountIs(1000) });
  const done = { chars: 0, calls: 0, argumentChars: 0 };
  for await (const part of fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') done.chars += part.text.length;
    if (part.type === 'tool-call') done.calls++;
    if (part.type === 'tool-input-delta') done.argumentChars += part.delta.length;
  }
  return done;
}

export const contestant: Contestant = {
  stream: (baseUrl) => read(baseUrl, {}),
  argumentsOf: (baseUrl) => read(baseUrl, { take: tool({ inputSchema: z.object({ text: z.string() }) }) }),
  loop: (baseUrl) => read(baseUrl, { add }),
};
