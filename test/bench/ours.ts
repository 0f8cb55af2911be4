// Owns this project as a contestant: the client alone for one answer, a run for the loop.

import { z } from 'zod';
import { defineAgent, defineTool, run, VllmClient } from '../../src/index.ts';
import type { Contestant } from './work.ts';

const clients = new Map<string, VllmClient>();

function clientFor(baseUrl: string): VllmClient {
  const known = clients.get(baseUrl) ?? new VllmClient(baseUrl);
  clients.set(baseUrl, known);
  return known;
}

const agent = defineAgent({
  name: 'bench',
  model: 'bench',
  limits: { turns: 1000, toolCalls: 0, sameCall: 0, tokens: 0 },
  tools: [
    defineTool({
      name: 'add',
      description: 'Adds.',
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }) => String(a + b),
    }),
  ],
});

export const contestant: Contestant = {
  stream: async (baseUrl) => {
    let chars = 0;
    const request = { model: 'bench', messages: [{ role: 'user', content: 'go' }] } as const;
    for await (const event of clientFor(baseUrl).chat.completions.stream(request)) {
      if (event.type === 'content') chars += event.delta.length;
    }
    return { chars, calls: 0, argumentChars: 0 };
  },
  argumentsOf: async (baseUrl) => {
    const done = { chars: 0, calls: 0, argumentChars: 0 };
    const request = { model: 'bench', messages: [{ role: 'user', content: 'go' }] } as const;
    for await (const event of clientFor(baseUrl).chat.completions.stream(request)) {
      if (event.type !== 'tool_call_complete') continue;
      JSON.parse(event.toolCall.function.arguments);
      done.calls++;
      done.argumentChars += event.toolCall.function.arguments.length;
    }
    return done;
  },
  loop: async (baseUrl) => {
    const result = await run(agent, 'go', { client: clientFor(baseUrl) });
    const done = { chars: result.text.length, calls: 0, argumentChars: 0 };
    for (const message of result.messages) {
      for (const call of message.role === 'assistant' ? (message.tool_calls ?? []) : []) {
        done.calls++;
        done.argumentChars += call.function.arguments.length;
      }
    }
    return done;
  },
};
