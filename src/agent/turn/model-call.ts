// Owns one model call: the client's events shown as they come, and gathered into the answer.
// Building the request is left to `request.ts`, what the answer leads to, to the loop.

import type { ChatParams } from '../../client/chat-params.ts';
import type { VllmClient } from '../../client/client.ts';
import type { ThinkDelimiters, ThinkSplitter } from '../../client/think-tags.ts';
import { createThinkSplitter } from '../../client/think-tags.ts';
import type { StepIo } from '../../core/host.ts';
import type { ToolCall } from '../../core/message.ts';
import type { RunWarning } from '../../core/run-warning.ts';
import type { DoneEvent, StreamEvent } from '../../core/stream-event.ts';
import type { Usage } from '../../core/usage.ts';
import { leftCallWarning, rescuedCallWarning } from './call-warnings.ts';
import type { FoundCall, TextCalls } from './calls-in-text.ts';
import { createCallsInText } from './calls-in-text.ts';
import type { CallOrigin, ModelAnswer } from './model-answer.ts';
import { failureFrom, isCut, overflowFrom } from './model-answer.ts';

export interface ModelCall {
  readonly client: VllmClient;
  readonly request: ChatParams;
  /** How calls in the text are looked for; absent where none can be. */
  readonly textCalls: TextCalls | undefined;
  /** What thinking stands between in content, on a server that does not take it out. */
  readonly delimiters: ThinkDelimiters | undefined;
  /** `index` counts the calls of this answer. */
  readonly mintId: (name: string, index: number) => string;
  readonly warn: (warning: RunWarning) => void;
}

/** Asks the model. Never throws for what the world does wrong: that is the answer's `failure`. */
export async function callModel(call: ModelCall, io: StepIo): Promise<ModelAnswer> {
  const gathered = createGathered(call, io);
  const stream = call.client.chat.completions.stream(call.request, { signal: io.signal });
  for await (const event of stream) {
    gathered.take(event);
    const wait = io.ready();
    if (wait !== undefined) await wait;
  }
  return gathered.answer();
}

interface Gathered {
  readonly take: (event: StreamEvent) => void;
  readonly answer: () => ModelAnswer;
}

function createGathered(call: ModelCall, io: StepIo): Gathered {
  const content: string[] = [];
  const reasoning: string[] = [];
  const calls: ToolCall[] = [];
  const origins: CallOrigin[] = [];
  let usage: Usage | null = null;
  let done: DoneEvent | null = null;
  let failure: ModelAnswer['failure'] = null;
  let overflow: ModelAnswer['overflow'] = null;
  let hasCutCall = false;
  let hasOnlyLeftCalls = false;
  let isMeantCall = false;
  /** Whether the last thing that came was a part of a call. */
  let endsInCall = false;
  const textCalls = call.textCalls === undefined ? undefined : createCallsInText(call.textCalls, show);
  let thinking: ThinkSplitter | undefined;

  function take(event: StreamEvent): void {
    switch (event.type) {
      case 'content':
        takeContent(event.delta, event.index);
        return;
      case 'reasoning':
        takeText(event.type, event.delta, event.index);
        return;
      case 'tool_call_complete':
        calls.push(event.toolCall);
        origins.push('server');
        io.emit(event);
        return;
      case 'usage':
        // With continuous usage every chunk has the counts so far: the last one counts.
        usage = event.usage;
        io.emit(event);
        return;
      case 'tool_call_delta':
        endsInCall = true;
        textCalls?.endThinking();
        io.emit(event);
        return;
      case 'done':
        done = event;
        finishText(isCut(event, usage, maxTokens()));
        return;
      case 'error':
        failure = failureFrom(event.error);
        overflow = overflowFrom(event.error);
        finishText(true);
        return;
      default:
        event satisfies never;
    }
  }

  function maxTokens(): number | null | undefined {
    return call.request.max_completion_tokens ?? call.request.max_tokens;
  }

  function takeContent(delta: string, index: number): void {
    if (call.delimiters === undefined) {
      takeText('content', delta, index);
      return;
    }
    thinking ??= createThinkSplitter(call.delimiters);
    for (const { type, text } of thinking.feed(delta)) takeText(type, text, index);
  }

  function takeText(type: 'content' | 'reasoning', delta: string, index: number): void {
    if (delta.trim() !== '') endsInCall = false;
    if (textCalls === undefined) show(type, delta, index);
    else textCalls.take(type, delta, index);
  }

  function show(type: 'content' | 'reasoning', text: string, index: number): void {
    if (text === '') return;
    (type === 'content' ? content : reasoning).push(text);
    io.emit({ type, delta: text, index });
  }

  function finishText(wasCut: boolean): void {
    for (const { type, text } of thinking?.end() ?? []) takeText(type, text, 0);
    if (textCalls === undefined) return;
    const ended = textCalls.end(wasCut, calls);
    hasCutCall = ended.hasCutCall;
    hasOnlyLeftCalls = ended.left.some(({ reason }) => reason === 'server_parses') && ended.isNothingElse;
    if (ended.meant !== '') {
      isMeantCall = calls.length === 0 && ended.calls.length === 0 && !ended.hasCutCall;
      content.push(ended.meant);
    }
    for (const left of ended.left) call.warn(leftCallWarning(left));
    for (const found of ended.calls) showFound(found);
  }

  function showFound({ call: { name, arguments: text, id, ...source }, place, isAgreed }: FoundCall): void {
    const toolIndex = calls.length;
    const toolCall: ToolCall = {
      id: id ?? call.mintId(name, toolIndex),
      type: 'function',
      function: { name, arguments: text },
    };
    calls.push(toolCall);
    origins.push(isAgreed ? 'agreed' : 'rescued');
    if (!isAgreed) call.warn(rescuedCallWarning(toolCall, { place, ...source }));
    io.emit({ type: 'tool_call_delta', toolCallId: toolCall.id, delta: text, toolIndex, index: 0, name });
    io.emit({ type: 'tool_call_complete', toolCall, toolIndex, index: 0 });
  }

  function answer(): ModelAnswer {
    const parts = withoutLoneMark(content.join(''), reasoning.join(''), call.delimiters);
    const wasCut = done !== null && isCut(done, usage, maxTokens());
    return {
      content: parts.content,
      reasoning: parts.reasoning,
      calls,
      origins,
      finishReason: done?.finishReasons[0] ?? null,
      usage,
      timings: done?.timings ?? null,
      wasCut,
      // Of a call that was read from the text, the end was seen.
      isLastCallOpen: wasCut && endsInCall && origins.at(-1) === 'server',
      maxTokens: maxTokens() ?? null,
      hasCutCall,
      hasOnlyLeftCalls,
      isMeantCall,
      failure,
      overflow,
    };
  }

  return { take, answer };
}

/**
 * A template may put the opening mark into the prompt: then what comes before a lone closing mark was thinking. Only one on a line of
 * its own counts, and no opening one before it: an answer may be about the marks.
 */
function withoutLoneMark(
  content: string,
  reasoning: string,
  delimiters: ThinkDelimiters | undefined,
): { readonly content: string; readonly reasoning: string } {
  if (delimiters === undefined || reasoning !== '' || content.includes(delimiters.open)) return { content, reasoning };
  const at = `\n${content}\n`.indexOf(`\n${delimiters.close}\n`);
  if (at < 0) return { content, reasoning };
  return { content: content.slice(at + delimiters.close.length).trimStart(), reasoning: content.slice(0, at).trim() };
}
