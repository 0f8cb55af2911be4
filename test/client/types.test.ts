// Owns claims that the compiler checks.

import { describe, expectTypeOf, test } from 'vitest';
import type {
  ChatCompletionResponse,
  ChatParams,
  ChatRequestBuilder,
  ChatStream,
  StreamEvent,
} from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';

const client = new VllmClient('http://127.0.0.1:9/v1', { maxRetries: 0 });
const PARAMS = { model: 'm', messages: [] } as const;

describe('create', () => {
  test('gives what the parameters ask for', () => {
    type Create = typeof client.chat.completions.create;
    const whole = (create: Create) => create(PARAMS);
    const streamed = (create: Create) => create({ ...PARAMS, stream: true });
    const chain = (create: Create) => create();
    expectTypeOf<ReturnType<typeof whole>>().toEqualTypeOf<Promise<ChatCompletionResponse>>();
    expectTypeOf<ReturnType<typeof streamed>>().toEqualTypeOf<Promise<ChatStream>>();
    expectTypeOf<ReturnType<typeof chain>>().toEqualTypeOf<ChatRequestBuilder>();
  });

  test('refuses names that vLLM does not know, and a request without model', () => {
    // @ts-expect-error vLLM removed it
    const removed: ChatParams = { ...PARAMS, guided_json: {} };
    // @ts-expect-error it is max_tokens
    const misspelt: ChatParams = { ...PARAMS, maxTokens: 5 };
    // @ts-expect-error the model is missing
    const incomplete: ChatParams = { messages: [] };
    expectTypeOf([removed, misspelt, incomplete]).toBeArray();
  });
});

describe('events', () => {
  test('are seven, told apart by type', () => {
    expectTypeOf<StreamEvent['type']>().toEqualTypeOf<
      'reasoning' | 'content' | 'tool_call_delta' | 'tool_call_complete' | 'usage' | 'done' | 'error'
    >();
    const name = (event: StreamEvent): string => {
      switch (event.type) {
        case 'reasoning':
        case 'content':
        case 'tool_call_delta':
          return event.delta;
        case 'tool_call_complete':
          return event.toolCall.function.name;
        case 'usage':
          return String(event.usage.total_tokens);
        case 'done':
          return String(event.finishReasons[0]);
        case 'error':
          return event.error.code;
        default:
          return event satisfies never;
      }
    };
    expectTypeOf(name).returns.toBeString();
  });
});
