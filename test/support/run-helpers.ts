// Owns the small steps that tests of runs share: an agent to try, a run against a scripted server, events by kind.

import { afterEach } from 'vitest';
import { z } from 'zod';
import type {
  Agent,
  AgentDefinition,
  Message,
  RunEvent,
  RunInput,
  RunOptions,
  RunResult,
  Tool,
} from '../../src/index.ts';
import { defineAgent, defineTool, ToolRetry } from '../../src/index.ts';
import type { RecordedScenario, Scenario } from '../../src/testing/index.ts';
import { playScenario, recordScenario } from '../../src/testing/index.ts';
import type { Step, startFakeVllm } from './fake.ts';

/** Names of the cities that `get_weather` ran for, in order. */
export type Ran = string[];

/** Three tools: one with a required argument, one without any, one that always throws. */
export function weatherTools(ran: Ran = []): readonly Tool[] {
  return [
    defineTool({
      name: 'get_weather',
      description: 'The weather of a city.',
      parameters: z.object({ city: z.string(), unit: z.enum(['c', 'f']).optional() }),
      execute: ({ city }) => {
        ran.push(city);
        if (city === 'Nowhere') throw new ToolRetry('There is no such city: ask for another.');
        return { city, temperature: 20 };
      },
    }),
    defineTool({
      name: 'list_cities',
      description: 'All cities.',
      parameters: z.object({}),
      execute: () => {
        ran.push('(list)');
        return 'Paris, Tokyo';
      },
    }),
    defineTool({
      name: 'explode',
      description: 'Fails.',
      parameters: z.object({}),
      execute: () => {
        throw new RangeError('out of cities');
      },
    }),
  ];
}

export function weatherAgent(definition: Partial<AgentDefinition> = {}, ran: Ran = []): Agent {
  return defineAgent({ name: 'weather', model: 'fake', tools: weatherTools(ran), ...definition });
}

export interface Tried {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  /** The bodies of the chat requests. */
  readonly bodies: readonly ChatBody[];
  readonly ran: Ran;
}

/** What tests look at in a request. */
export interface ChatBody {
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly function: { readonly name: string; readonly strict?: boolean } }[];
  readonly tool_choice?: unknown;
  readonly response_format?: unknown;
  readonly [key: string]: unknown;
}

export interface TryOptions extends RunOptions {
  readonly agent?: Partial<AgentDefinition>;
  readonly input?: RunInput;
  readonly server?: Parameters<typeof startFakeVllm>[0];
  /** Of the client; 0 unless told. */
  readonly retries?: number;
  /** Why the run is not played again from every prefix of its journal, in words. */
  readonly notReplayed?: string;
}

/** Runs to be played again once the test has looked at what it has. */
const recorded: RecordedScenario[] = [];

afterEach(async () => {
  for (const { replay } of recorded.splice(0)) await replay();
});

/**
 * Runs an agent against a server that answers with these steps; fails when a step is left over. After the test the run is played again from
 * every prefix of its journal, as another process would, and must end the same. Runs that are aborted are not: that is not recorded.
 */
export async function tryRun(
  steps: readonly Step[],
  { agent, input, server, retries = 0, notReplayed, ...options }: TryOptions = {},
): Promise<Tried> {
  const ran: Ran = [];
  const scenario: Scenario = {
    agent: () => weatherAgent(agent, ran),
    input: input ?? 'Is it warm in Paris?',
    steps,
    options: () => options,
    retries,
    ...(server !== undefined && { server }),
  };
  const { played, replay } = await recordOrPlay(scenario, options.host);
  const { result, events, requests } = played;
  const isStopped =
    result.outcome.type === 'aborted' || (result.outcome.type === 'limit' && result.outcome.limit === 'time');
  if (notReplayed === undefined && !isStopped) recorded.push({ played, replay });
  const bodies = requests.flatMap(({ path, body }) =>
    path === '/v1/chat/completions' && body !== undefined ? [body] : [],
  );
  return { result, events, bodies: bodies as unknown as ChatBody[], ran: [...ran] };
}

async function recordOrPlay(scenario: Scenario, host: RunOptions['host']): Promise<RecordedScenario> {
  if (host === undefined) return await recordScenario(scenario);
  return { played: await playScenario(scenario, { host }), replay: async () => 0 };
}

export function kinds(events: readonly RunEvent[]): string[] {
  return events.map((event) => event.type);
}

/** Every start has its end, in order, and the run one end, last. */
export function findUnpaired(events: readonly RunEvent[]): string[] {
  const faults: string[] = [];
  const openCalls = new Set<string>();
  let openTurn: number | undefined;
  for (const [at, event] of events.entries()) {
    if (event.parentCallId !== undefined) continue;
    if (event.type === 'turn_start') {
      if (openTurn !== undefined) faults.push(`turn ${event.turn} began inside turn ${openTurn}`);
      openTurn = event.turn;
    } else if (event.type === 'turn_end') {
      if (openTurn !== event.turn) faults.push(`turn ${event.turn} ended without a start`);
      if (openCalls.size > 0) faults.push(`calls open at the end of turn ${event.turn}`);
      openTurn = undefined;
    } else if (event.type === 'tool_start') openCalls.add(event.callId);
    else if (event.type === 'tool_end' && !openCalls.delete(event.callId))
      faults.push(`call ${event.callId} ended without a start`);
    else if (event.type === 'run_end' && at !== events.length - 1) faults.push('run_end is not the last event');
  }
  if (openTurn !== undefined) faults.push(`turn ${openTurn} did not end`);
  if (events[0]?.type !== 'run_start') faults.push('run_start is not the first event');
  if (events.at(-1)?.type !== 'run_end') faults.push('there is no run_end');
  return faults;
}

/** What would make a server refuse the conversation, or a template lose a part of it. */
export function findUnsendable(messages: readonly Message[]): string[] {
  const faults: string[] = [];
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (open.shift() !== message.tool_call_id) faults.push(`result ${message.tool_call_id} is out of place`);
      continue;
    }
    if (open.length > 0) faults.push(`calls without result: ${open.join()}`);
    open = message.role === 'assistant' ? (message.tool_calls ?? []).map((call) => call.id) : [];
    for (const call of message.role === 'assistant' ? (message.tool_calls ?? []) : []) {
      try {
        JSON.parse(call.function.arguments);
      } catch {
        faults.push(`arguments of ${call.id} are not JSON`);
      }
    }
  }
  if (open.length > 0) faults.push(`calls without result at the end: ${open.join()}`);
  return faults;
}
