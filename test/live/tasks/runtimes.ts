// Owns how each runtime is given a task: the same server, tools, instructions and limits, at temperature 0. Which tasks there are is left to
// `tasks.ts`, running and counting them to `run.ts`.

import { z } from 'zod';
import type { RunEvent } from '../../../src/index.ts';
import { defineAgent, defineTool, run, VllmClient } from '../../../src/index.ts';
import { importPeer } from './peers.ts';
import type { Task } from './tasks.ts';
import type { World, WorldTool } from './world.ts';
import { TOOLS } from './world.ts';

export interface Target {
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly model: string;
  /** Where the peers are installed. */
  readonly peers: string;
}

export interface TaskRun {
  readonly text: string;
  readonly output: unknown;
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** What was said, for a person who looks for the reason. */
  readonly transcript: readonly unknown[];
}

export interface Runtime {
  readonly name: string;
  readonly run: (target: Target, task: Task, world: World) => Promise<TaskRun>;
}

const INSTRUCTIONS =
  'You are a helpful assistant with tools. Use a tool where it helps. Answer in one or two short sentences.';
const MAX_TURNS = 8;
const SAMPLING = { temperature: 0, seed: 1, max_tokens: 400 } as const;

function act(tool: WorldTool, world: World, args: unknown): unknown {
  world.ran.push(tool.name);
  return tool.run(world, args as never); // it is checked by the schema, or by the model's grammar
}

const OURS: Runtime = {
  name: 'vllm-agents',
  run: async ({ baseUrl, model }, { question, output }, world) => {
    await using client = new VllmClient(baseUrl);
    const tools = TOOLS.map((tool) =>
      defineTool({
        name: tool.name,
        description: tool.description,
        parameters: tool.parameters,
        execute: (args: unknown) => act(tool, world, args) as string, // JSON
      }),
    );
    const agent = defineAgent({
      name: 'tasks',
      instructions: INSTRUCTIONS,
      tools,
      params: SAMPLING,
      limits: { turns: MAX_TURNS },
      ...(output !== undefined && { output }),
    });
    const transcript: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => {
      if (TOLD.has(event.type)) transcript.push(event);
    };
    const result = await run(agent, question, { client, model, onEvent });
    const { usage } = result;
    return {
      text: result.text,
      output: result.output,
      turns: result.turns,
      promptTokens: usage.promptTokens,
      completionTokens: usage.completionTokens,
      transcript: [...transcript, { outcome: result.outcome }],
    };
  },
};

const TOLD = new Set<RunEvent['type']>(['turn_end', 'warning', 'tool_start', 'tool_end']);

interface OpenAiMessage {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

interface OpenAiClient {
  readonly chat: {
    readonly completions: {
      readonly create: (body: object) => Promise<{
        readonly choices: readonly { readonly message: OpenAiMessage }[];
        readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
      }>;
    };
  };
}

interface OpenAiModule {
  readonly default: new (options: { readonly baseURL: string; readonly apiKey: string }) => OpenAiClient;
}

/** What people write by hand: ask, run the calls, ask again; the schema in a last request. */
const BARE: Runtime = {
  name: 'openai, a loop by hand',
  run: async ({ baseUrl, model, peers }, { question, output }, world) => {
    const { default: OpenAi } = await importPeer<OpenAiModule>(peers, 'openai');
    const client = new OpenAi({ baseURL: baseUrl, apiKey: 'none' });
    const messages: object[] = [
      { role: 'system', content: INSTRUCTIONS },
      { role: 'user', content: question },
    ];
    const tools = TOOLS.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters: z.toJSONSchema(parameters, { io: 'input' }) },
    }));
    let [promptTokens, completionTokens, turns, text] = [0, 0, 0, ''];
    const ask = async (more: object): Promise<OpenAiMessage> => {
      const { choices, usage } = await client.chat.completions.create({ model, messages, ...SAMPLING, ...more });
      turns++;
      promptTokens += usage?.prompt_tokens ?? 0;
      completionTokens += usage?.completion_tokens ?? 0;
      const message = choices[0]?.message ?? { role: 'assistant', content: '' };
      messages.push(message);
      return message;
    };
    while (turns < MAX_TURNS) {
      const message = await ask({ tools });
      text = message.content ?? '';
      if ((message.tool_calls ?? []).length === 0) break;
      for (const call of message.tool_calls ?? []) {
        messages.push({ role: 'tool', tool_call_id: call.id, content: answerOf(world, call.function) });
      }
    }
    let value: unknown;
    if (output !== undefined) {
      const schema = z.toJSONSchema(output);
      const format = { type: 'json_schema', json_schema: { name: 'output', schema } };
      messages.push({ role: 'user', content: 'Give the result as JSON.' });
      const last = await ask({ response_format: format });
      value = safeJson(last.content ?? '');
    }
    return { text, output: value, turns, promptTokens, completionTokens, transcript: messages };
  },
};

function answerOf(
  world: World,
  { name, arguments: text }: { readonly name: string; readonly arguments: string },
): string {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) return `Error: there is no tool ${name}.`;
  const args = tool.parameters.safeParse(safeJson(text));
  if (!args.success) return `Error: ${args.error.message}`;
  try {
    return JSON.stringify(act(tool, world, args.data));
  } catch (error) {
    return `Error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface AiModule {
  readonly generateText: (options: object) => Promise<{
    readonly text: string;
    readonly output: unknown;
    readonly steps: readonly { readonly content: unknown }[];
    readonly totalUsage: { readonly inputTokens?: number; readonly outputTokens?: number };
  }>;
  readonly stepCountIs: (count: number) => unknown;
  readonly jsonSchema: (schema: object) => unknown;
  readonly tool: (options: object) => unknown;
  readonly Output: { readonly object: (options: { readonly schema: unknown }) => unknown };
}

interface AiProviderModule {
  readonly createOpenAICompatible: (options: {
    readonly name: string;
    readonly baseURL: string;
    readonly supportsStructuredOutputs: boolean;
  }) => (model: string) => unknown;
}

const AI_SDK: Runtime = {
  name: 'AI SDK',
  run: async ({ baseUrl, model, peers }, { question, output }, world) => {
    const ai = await importPeer<AiModule>(peers, 'ai');
    const { createOpenAICompatible } = await importPeer<AiProviderModule>(peers, '@ai-sdk/openai-compatible');
    const provider = createOpenAICompatible({ name: 'vllm', baseURL: baseUrl, supportsStructuredOutputs: true });
    const tools = Object.fromEntries(
      TOOLS.map((one) => [
        one.name,
        ai.tool({
          description: one.description,
          inputSchema: one.parameters,
          execute: async (args: unknown) => act(one, world, args),
        }),
      ]),
    );
    const result = await ai.generateText({
      model: provider(model),
      system: INSTRUCTIONS,
      prompt: question,
      tools,
      stopWhen: ai.stepCountIs(MAX_TURNS),
      temperature: SAMPLING.temperature,
      seed: SAMPLING.seed,
      maxOutputTokens: SAMPLING.max_tokens,
      maxRetries: 0,
      ...(output !== undefined && { output: ai.Output.object({ schema: output }) }),
    });
    const { steps, totalUsage } = result;
    return {
      text: result.text,
      // Reading it throws where none came.
      output: output === undefined ? undefined : outputOf(result),
      turns: steps.length,
      promptTokens: totalUsage.inputTokens ?? 0,
      completionTokens: totalUsage.outputTokens ?? 0,
      transcript: steps.map(({ content }) => content),
    };
  },
};

function outputOf(result: { readonly output: unknown }): unknown {
  try {
    return result.output;
  } catch {
    return undefined;
  }
}

export const RUNTIMES: readonly Runtime[] = [OURS, AI_SDK, BARE];
