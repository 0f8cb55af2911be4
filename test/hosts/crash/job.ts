// Owns the run that is killed: parallel calls, one that needs an approval, an agent as a tool, a result that is read on, a message that
// is sent meanwhile. The same in every process. Killing it is left to `crash.test.ts`.

import { appendFileSync } from 'node:fs';
import type { RunResult, Store, Tool } from '../../../src/index.ts';
import { agentTool, createEmbeddedHost, defineAgent, defineTool, run, VllmClient } from '../../../src/index.ts';
import type { RecordedRequest, Step } from '../../../src/testing/index.ts';
import { answer } from '../../../src/testing/index.ts';

export const RUN_ID = 'job';

export interface JobSetting {
  readonly store: Store;
  readonly baseUrl: string;
  /** Where it is written down which calls have begun. */
  readonly effects: string;
  readonly now: () => number;
  /** Called wherever the process may die. */
  readonly point: (name: string) => void;
}

/** Runs the job, or goes on with it. */
export async function runJob({ store, baseUrl, effects, now, point }: JobSetting): Promise<RunResult> {
  const recorded: Store = {
    ...store,
    capabilities: store.capabilities,
    recordStep: async (lease, step, options) => {
      point(`before ${step.key}`);
      await store.recordStep(lease, step, options);
      point(`after ${step.key}`);
    },
    releaseRun: async (lease, ended) => {
      point('before the end');
      await store.releaseRun(lease, ended);
    },
  };
  const session = { sessionId: 'session', length: 0 };
  const input = [{ role: 'user', content: 'Do all of it.' }] as const;
  const host = createEmbeddedHost(recorded, { now });
  const opened = await host.openRun({ runId: RUN_ID, agent: 'worker', input, session });
  await using client = new VllmClient(baseUrl);
  const { options } = opened;
  const result = await run(workerAgent({ store, effects, point }), input, {
    ...options,
    client,
    approve: () => true,
    onEvent: (event) => {
      options.onEvent(event);
      if (event.type === 'content') point(`in the answer, ${event.parentCallId ?? 'outside'}`);
    },
  });
  await opened.close();
  return result;
}

function workerAgent({ store, effects, point }: Pick<JobSetting, 'store' | 'effects' | 'point'>) {
  const counted = (name: string, more: Partial<Tool>, work: (args: object) => unknown): Tool => ({
    ...defineTool({
      name,
      description: `The tool ${name}.`,
      parameters: { type: 'object', properties: { id: { type: 'string' } } },
      maxResultChars: 200,
      execute: async (args, { idempotencyKey }) => {
        appendFileSync(effects, `${idempotencyKey.slice(RUN_ID.length + 1)}\n`);
        point(`in ${idempotencyKey}`);
        return await work(args);
      },
    }),
    ...more,
  });
  const look = counted('look', {}, () => 'seen');
  const list = counted('list', {}, () => Array.from({ length: 100 }, (_, at) => `entry ${at}`).join('\n'));
  const pay = defineTool({
    name: 'pay',
    description: 'Pays.',
    parameters: { type: 'object', properties: {} },
    needsApproval: true,
    execute: (_args, { idempotencyKey }) => {
      appendFileSync(effects, `${idempotencyKey.slice(RUN_ID.length + 1)}\n`);
      point(`in ${idempotencyKey}`);
      return 'paid';
    },
  });
  const mail = counted('mail', {}, async () => {
    const message = { role: 'user', content: 'One thing more.' } as const;
    await store.post(RUN_ID, { type: 'message', id: 'mail', message });
    return 'sent';
  });
  const expert = agentTool(defineAgent({ name: 'expert', description: 'Helps.', model: 'fake', tools: [look] }));
  return defineAgent({ name: 'worker', model: 'fake', tools: [look, list, pay, mail, expert] });
}

/** Which step a request is of. */
export function stepOf({ body }: RecordedRequest): string {
  const messages = body?.messages as readonly { readonly role: string; readonly content: unknown }[];
  const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
  return `${messages[0]?.content === 'Look.' ? 't2/call/0/' : ''}t${turn}/model`;
}

const calls = (...all: readonly (readonly [name: string, args: object])[]): Step =>
  answer({ toolCalls: all.map(([name, args], at) => ({ name, arguments: args, id: `${name}-${at}` })) });

const ANSWERS: Readonly<Record<string, Step>> = {
  't1/model': calls(['look', { id: 'a' }], ['list', {}], ['pay', {}], ['mail', {}]),
  't2/model': calls(['expert', { task: 'Look.' }], ['read_result', { call_id: 'list-1', from: 150 }]),
  't2/call/0/t1/model': calls(['look', { id: 'b' }]),
  't2/call/0/t2/model': answer({ content: 'I saw it.' }),
  't3/model': answer({ reasoning: 'All is there.', content: 'All is done.' }),
};

/** What the model answers to a request, in whatever process it was made. */
export function answerTo(request: RecordedRequest): Step {
  const found = ANSWERS[stepOf(request)];
  if (found === undefined) throw new Error(`The job does not ask ${stepOf(request)}.`);
  return found;
}
