// Owns folding a stream into the answer that a request without `stream` would have given, unknown fields included.

import { isObject } from '../core/json.ts';
import type { ToolCall } from '../core/message.ts';
import type { FinishReason, StreamEvent } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';
import type { ChatCompletionResponse, Choice } from './chat-response.ts';

type Fields = Record<string, unknown>;

interface ChoiceFold {
  readonly content: string[];
  readonly reasoning: string[];
  readonly calls: ToolCall[];
  readonly fields: Fields;
  readonly messageFields: Fields;
}

interface ResponseFold {
  readonly chunk: (chunk: Readonly<Fields>) => void;
  readonly event: (event: StreamEvent) => void;
  /** The first choice's content so far. */
  readonly content: () => string;
  /** The whole answer. Call it after the `done` event. */
  readonly response: () => ChatCompletionResponse;
}

export function createResponseFold(): ResponseFold {
  const choices = new Map<number, ChoiceFold>();
  const fields: Fields = {};
  let usage: Usage | undefined;
  let finishReasons: readonly (FinishReason | null)[] = [];
  let stopReasons: readonly (string | number | null)[] = [];

  function at(index: number): ChoiceFold {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const choice: ChoiceFold = { content: [], reasoning: [], calls: [], fields: {}, messageFields: {} };
    choices.set(index, choice);
    return choice;
  }

  function chunk(value: Readonly<Fields>): void {
    const { choices: list, usage: _usage, ...rest } = value;
    mergeFields(fields, rest);
    for (const entry of Array.isArray(list) ? list : []) {
      if (!isObject(entry)) continue;
      const { index, delta, message, finish_reason: _finish, stop_reason: _stop, ...more } = entry;
      const choice = at(typeof index === 'number' ? index : 0);
      mergeFields(choice.fields, more);
      const source = isObject(delta) ? delta : message;
      if (!isObject(source)) continue;
      const { role, content, reasoning, reasoning_content: older, tool_calls: calls, ...unknown } = source;
      mergeFields(choice.messageFields, unknown);
    }
  }

  function event(value: StreamEvent): void {
    switch (value.type) {
      case 'content':
        at(value.index).content.push(value.delta);
        return;
      case 'reasoning':
        at(value.index).reasoning.push(value.delta);
        return;
      case 'tool_call_complete':
        at(value.index).calls.push(value.toolCall);
        return;
      case 'usage':
        usage = value.usage;
        return;
      case 'done':
        ({ finishReasons, stopReasons } = value);
        return;
      case 'tool_call_delta':
      case 'error':
        return;
      default:
        value satisfies never;
    }
  }

  function response(): ChatCompletionResponse {
    const ordered = [...choices].toSorted(([a], [b]) => a - b);
    const [first, ...rest] = ordered.map(([index, choice], place) =>
      choiceOf(index, choice, finishReasons[place] ?? null, stopReasons[place] ?? null),
    );
    if (first === undefined) throw new Error('a stream that is done has a choice'); // the decoder guarantees it
    const { id, created, model } = fields;
    return {
      ...fields,
      id: typeof id === 'string' ? id : '',
      object: 'chat.completion',
      created: typeof created === 'number' ? created : 0,
      model: typeof model === 'string' ? model : '',
      choices: [first, ...rest],
      ...(usage !== undefined && { usage }),
    };
  }

  return { chunk, event, content: () => at(0).content.join(''), response };
}

function choiceOf(index: number, fold: ChoiceFold, finish: FinishReason | null, stop: string | number | null): Choice {
  const reasoning = fold.reasoning.join('');
  const content = fold.content.join('');
  return {
    ...fold.fields,
    index,
    message: {
      ...fold.messageFields,
      role: 'assistant',
      content: content === '' && (reasoning !== '' || fold.calls.length > 0) ? null : content,
      reasoning: reasoning === '' ? null : reasoning,
      tool_calls: fold.calls.length > 0 ? fold.calls : undefined,
    },
    finish_reason: finish,
    stop_reason: stop,
  };
}

/** Values of later chunks are appended to lists (token ids, logprobs) and replace other values, unless they are null. */
function mergeFields(into: Fields, from: Readonly<Fields>): void {
  for (const [name, value] of Object.entries(from)) {
    const known = into[name];
    if (Array.isArray(known) && Array.isArray(value)) known.push(...value);
    else if (isObject(known) && isObject(value)) mergeFields(known, value);
    else if (value !== null || known === undefined) into[name] = structuredClone(value);
  }
}
