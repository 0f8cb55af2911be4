// Owns the floor: undici, a hand-written reading of the stream, JSON.parse, and nothing that the work does not need.

import { request } from 'undici';
import { handWritten } from './hand-written.ts';
import type { Contestant } from './work.ts';

interface Call {
  id: string;
  name: string;
  args: string;
}

/** Sends a body and reads the streamed answer. */
export async function ask(baseUrl: string, body: object): Promise<{ content: string; calls: Call[] }> {
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

export const contestant: Contestant = handWritten(ask);
