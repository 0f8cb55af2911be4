// Owns the simulator, which lets an agent run without a vLLM: it chooses tools by rules and repeats their results. It
// understands nothing. The wire is the fake vLLM's.

import { isObject } from '../core/json.ts';
import type { FakeVllm } from './fake-vllm.ts';
import { startFakeVllm } from './fake-vllm.ts';
import { guessArguments, guessOutput } from './simulated-arguments.ts';
import type { FakeCall, RecordedRequest, Step } from './steps.ts';
import { answer } from './steps.ts';

/** The one that it serves. */
export const SIMULATOR_MODEL = 'simulator';

const MODEL = { id: SIMULATOR_MODEL, maxModelLen: 32_768 };

/** Milliseconds between two events, so that the user sees a stream. */
const DELAY_MS = 15;

/** Starts the simulator: the fake vLLM over real HTTP, answering by rules. The caller closes it. */
export async function startSimulator(): Promise<FakeVllm> {
  return await startFakeVllm({ models: [MODEL], respond: (request) => ({ ...respond(request), delayMs: DELAY_MS }) });
}

interface Conversation {
  readonly question: string;
  /** The tool results since the question, each with its call. */
  readonly results: readonly string[];
}

function respond({ body = {} }: RecordedRequest): Step {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  const { question, results } = read(messages);
  if (isObject(body.response_format)) {
    const text = textOf(messages.findLast(({ role }) => role === 'assistant')?.content) || question;
    return answer({ content: JSON.stringify(outputFor(body.response_format, text)) });
  }
  const tools = Array.isArray(body.tools) ? body.tools.filter(isObject).map(readTool) : [];
  if (results.length > 0)
    return answer({
      content: `${results.join('\n')}\n\n(From the simulator, which only repeats what the tools returned.)`,
    });
  const calls = body.tool_choice === 'none' ? [] : chooseCalls(question, tools);
  if (calls.length === 0) return answer({ content: withoutTools(question, tools) });
  return answer({ reasoning: `${calls[0]?.name} looks like the right tool.`, toolCalls: calls });
}

function read(list: readonly Record<string, unknown>[]): Conversation {
  const at = list.findLastIndex((message) => message.role === 'user');
  const since = list.slice(at + 1);
  const calls = since.flatMap((message) =>
    Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : [],
  );
  const results = since
    .filter((message) => message.role === 'tool')
    .map(
      (message) =>
        `${callText(calls.find((call) => call.id === message.tool_call_id))} returned: ${textOf(message.content)}`,
    );
  return { question: textOf(list[at]?.content), results };
}

function callText(call: Record<string, unknown> | undefined): string {
  const called = isObject(call?.function) ? call.function : {};
  return `${String(called.name)}(${String(called.arguments)})`;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join(' ');
}

interface ShownTool {
  readonly name: string;
  readonly words: ReadonlySet<string>;
  readonly parameters: Record<string, unknown>;
}

function readTool(tool: Record<string, unknown>): ShownTool {
  const called = isObject(tool.function) ? tool.function : {};
  const name = String(called.name);
  const words = new Set(wordsOf(`${name} ${String(called.description ?? '')}`));
  return { name, words, parameters: isObject(called.parameters) ? called.parameters : {} };
}

/** The tool whose name and description share the most words with the question; a single tool is always used. */
function chooseCalls(question: string, tools: readonly ShownTool[]): FakeCall[] {
  const asked = new Set(wordsOf(question));
  const scored = tools.map((tool) => ({ tool, score: [...tool.words].filter((word) => asked.has(word)).length }));
  const best = scored.toSorted((a, b) => b.score - a.score)[0];
  if (best === undefined || (best.score === 0 && tools.length > 1)) return [];
  const { name, parameters } = best.tool;
  return guessArguments(question, parameters).map((args) => ({ name, arguments: args }));
}

function withoutTools(question: string, tools: readonly ShownTool[]): string {
  const names = tools.map((tool) => tool.name).join(', ');
  const known = names === '' ? 'There are no tools.' : `The tools are: ${names}.`;
  return `This is the simulator, not a model: it cannot answer "${question.slice(0, 80)}". ${known}`;
}

const STOP_WORDS = new Set([
  'the',
  'is',
  'it',
  'in',
  'of',
  'a',
  'an',
  'to',
  'or',
  'and',
  'what',
  'for',
  'me',
  'my',
  'by',
  'with',
  'on',
]);

/** Words in lower case without common endings, so that "warmer" matches "warm" and "files" matches "file". */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word))
    .map((word) => word.replace(/(?:s|er|ing|ed)$/, ''));
}

function outputFor(format: Record<string, unknown>, text: string): unknown {
  const schema = isObject(format.json_schema) ? format.json_schema.schema : undefined;
  return isObject(schema) ? guessOutput(text, schema) : {};
}
