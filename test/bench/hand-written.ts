// Owns the works as people write them by hand around a client that only asks: the same code for the floor and for other clients.

import type { Contestant } from './work.ts';

export interface Asked {
  readonly content: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: string }[];
}

/** Sends a body and reads the streamed answer to its end. */
export type Ask = (baseUrl: string, body: object) => Promise<Asked>;

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

const GO = { role: 'user', content: 'go' };

export function handWritten(ask: Ask): Contestant {
  return {
    stream: async (baseUrl) => {
      const { content } = await ask(baseUrl, { messages: [GO] });
      return { chars: content.length, calls: 0, argumentChars: 0 };
    },
    argumentsOf: async (baseUrl) => {
      const { calls } = await ask(baseUrl, { messages: [GO] });
      for (const { args } of calls) JSON.parse(args);
      return { chars: 0, calls: calls.length, argumentChars: calls.reduce((sum, { args }) => sum + args.length, 0) };
    },
    loop: async (baseUrl) => {
      const messages: object[] = [GO];
      const done = { chars: 0, calls: 0, argumentChars: 0 };
      for (;;) {
        const { content, calls } = await ask(baseUrl, { messages, tools: TOOLS });
        done.chars += content.length;
        if (calls.length === 0) return done;
        const named = calls.map(({ id, name, args }) => ({
          id,
          type: 'function',
          function: { name, arguments: args },
        }));
        messages.push({ role: 'assistant', content: null, tool_calls: named });
        for (const { id, args } of calls) {
          const { a, b } = JSON.parse(args);
          done.calls++;
          done.argumentChars += args.length;
          messages.push({ role: 'tool', tool_call_id: id, content: String(a + b) });
        }
      }
    },
  };
}
