// Owns the floor: undici, a hand-written reading of the stream, JSON.parse, and nothing that the work does not need.

import { request } from 'undici';
import type { Contestant, Done } from './work.ts';

interface Call {
  id: string;
  name: string;
  args: string;
}

async function ask(baseUrl: string, body: object): Promise<{ content: string; calls: Call[] }> {
  const answer = await request(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, model: 'bench', stream: true, stream_options: { include_usage: true } }),
  });
  const decoder = new TextDecoder();
  const calls: Call[] = [];
  let content = '';
  let rest = '';
  for await (const bytes of answer.body) {
    rest += decoder.decode(bytes, { stream: true });
    let from = 0;
    for (let at = rest.indexOf('\n\n'); at >= 0; at = rest.indexOf('\n\n', from)) {
      const data = rest.slice(from + 6, at);
      from = at + 2;
      if (data === '[DONE]') continue;
      const delta = JSON.parse(data).choices[0]?.delta;
      if (delta?.content) content += delta.content;
      for (const part of delta?.tool_calls ?? []) {
        calls[part.index] ??= { id: part.id, name: part.function.name, args: '' };
        const call = calls[part.index] as Call;
        call.args += part.function.arguments ?? '';
      }
    }
    rest = rest.slice(from);
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
  stream: async (baseUrl) => {
    const { content } = await ask(baseUrl, { messages: [{ role: 'user', content: 'go' }] });
    return { chars: content.length, calls: 0, argumentChars: 0 };
  },
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
      if (calls.length === 0) return done as Done;
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
