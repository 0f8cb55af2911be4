// Owns the `openai` client as a contestant, with a loop as its users write it. Installed by hand: npm install --no-save openai

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

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'add',
      description: 'Adds.',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
    },
  },
];

export const contestant: Contestant = {
  stream: async (baseUrl) => ({
    chars: (await ask(baseUrl, { messages: [{ role: 'user', content: 'go' }] })).content.length,
    calls: 0,
    argumentChars: 0,
  }),
  argumentsOf: async (baseUrl) => {
    const { calls } = await ask(baseUrl, { messages: [{ role: 'user', content: 'go' }] });
    for (const { args } of calls) JSON.parse(args);
    return { chars: 0, calls: calls.length, argumentChars: calls.reduce((sum, { args }) => sum + args.length, 0) };
  },
  loop: async (baseUrl) => {
    const messages: object[] = [{ role: 'user', content: 'go' }];
    const done = { chars: 0, calls: 0, argumentChars: 0 };
    for (;;) {
      const { content, calls } = await ask(baseUrl, { messages, tools: TOOLS });
      done.chars += content.length;
      if (calls.length === 0) return done;
      messages.push({
        role: 'assistant',
        content: null,
        tool_calls: calls.map(({ id, name, args }) => ({ id, type: 'function', function: { name, arguments: args } })),
      });
      for (const { id, args } of calls) {
        const { a, b } = JSON.parse(args);
        done.calls++;
        done.argumentChars += args.length;
        messages.push({ role: 'tool', tool_call_id: id, content: String(a + b) });
      }
    }
  },
};
