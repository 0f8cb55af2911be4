// Owns the `openai` client as a contestant, with a loop as its users write it. Installed by hand: npm install --no-save openai

import { handWritten } from './hand-written.ts';
import type { Contestant } from './work.ts';

interface Part {
  readonly index: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

const module: string = 'openai';
const { default: OpenAI } = await import(module);
const clients = new Map<string, InstanceType<typeof OpenAI>>();

async function ask(
  baseURL: string,
  body: object,
): Promise<{ content: string; calls: { id: string; name: string; args: string }[] }> {
  const client = clients.get(baseURL) ?? new OpenAI({ baseURL, apiKey: 'x' });
  clients.set(baseURL, client);
  const stream = await client.chat.completions.create({
    ...body,
    model: 'bench',
    stream: true,
    stream_options: { include_usage: true },
  });
  const calls: { id: string; name: string; args: string }[] = [];
  let content = '';
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta;
    if (delta?.content) content += delta.content;
    for (const part of (delta?.tool_calls ?? []) as Part[]) {
      calls[part.index] ??= { id: part.id ?? '', name: part.function?.name ?? '', args: '' };
      const call = calls[part.index];
      if (call !== undefined) call.args += part.function?.arguments ?? '';
    }
  }
  return { content, calls };
}

export const contestant: Contestant = handWritten(ask);
