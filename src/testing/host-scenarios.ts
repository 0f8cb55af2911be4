// Owns the scenarios by which hosts are judged: one for each thing that a run must carry over a crash. Playing them is left to
// `host-conformance.ts`.

import type { Agent, AgentDefinition } from '../agent/agent.ts';
import { agentTool } from '../agent/agent-tool.ts';
import { defineAgent } from '../agent/define-agent.ts';
import type { JsonObject } from '../core/json.ts';
import { defineTool } from '../tool/define-tool.ts';
import type { Tool } from '../tool/tool.ts';
import type { ToolProvider } from '../tool/tool-provider.ts';
import type { Scenario } from './play-scenario.ts';
import type { RecordedRequest, Step } from './steps.ts';
import { answer, raw, reply } from './steps.ts';

const FINAL = answer({ content: 'All is done.' });

function schema(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const add = defineTool({
  name: 'add',
  description: 'Adds two numbers.',
  parameters: schema({ a: { type: 'integer' }, b: { type: 'integer' } }),
  execute: ({ a, b }) => Number(a) + Number(b),
});

const one = defineTool({
  name: 'one_at_a_time',
  description: 'Must not run beside others.',
  parameters: schema({ name: { type: 'string' } }),
  sequential: true,
  execute: ({ name }) => `done ${String(name)}`,
});

const list = defineTool({
  name: 'list_all',
  description: 'Gives a long list.',
  parameters: schema({}),
  maxResultChars: 200,
  execute: () => Array.from({ length: 100 }, (_, at) => `entry ${at}`).join('\n'),
});

const slow = defineTool({
  name: 'slow',
  description: 'Takes a moment.',
  parameters: schema({}),
  execute: async () => {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    return 'done';
  },
});

const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  parameters: schema({ amount: { type: 'integer' } }),
  needsApproval: ({ amount }) => Number(amount) > 1,
  execute: ({ amount }) => `paid ${String(amount)}`,
});

const fail = defineTool({
  name: 'fail',
  description: 'Fails.',
  parameters: schema({}),
  execute: () => {
    throw new RangeError('out of range');
  },
});

function agentWith(tools: readonly Tool[], more: Partial<AgentDefinition> = {}): () => Agent {
  return () => defineAgent({ name: 'tested', model: 'fake', tools, ...more });
}

function calls(...all: readonly (readonly [name: string, args: unknown])[]): Step {
  return answer({ toolCalls: all.map(([name, args]) => ({ name, arguments: args })) });
}

/** As servers end a call at the limit: some close the JSON. */
function cutCall(args: string): Step {
  return answer({ toolCalls: [{ name: 'add', arguments: args }], finishReason: 'length' });
}

const ADD = ['add', { a: 1, b: 2 }] as const;

const ONE = ['one_at_a_time', { name: 'x' }] as const;

const USAGE = { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55 };

function scenario(agent: () => Agent, steps: Scenario['steps'], more: Partial<Scenario> = {}): Scenario {
  return { agent, input: 'Do it.', steps, ...more };
}

const output = schema({ sum: { type: 'integer' } });

function expertFor(name: string, tools: readonly Tool[]): Tool {
  return agentTool(defineAgent({ name, description: `Is good at ${name}.`, model: 'fake', tools }));
}

/** Two agents that run side by side ask in any order, so each request is answered by what it asks. */
function answerByTask({ body }: RecordedRequest): Step {
  const messages = body?.messages as readonly { readonly role: string; readonly content: string }[];
  const [first, last] = [String(messages[0]?.content), messages.at(-1)];
  const [a, b] = first.split('+').map(Number);
  if (last?.role === 'tool') return b === undefined ? FINAL : answer({ content: `The sum is ${last.content}.` });
  return b === undefined ? calls(['expert', { task: '1+2' }], ['expert', { task: '30+40' }]) : calls(['add', { a, b }]);
}

function rolesOf({ body }: RecordedRequest): readonly string[] {
  const messages = (body?.messages ?? []) as readonly { readonly role: string }[];
  return messages.map(({ role }) => role);
}

const REFUSED = reply({ status: 400, body: { error: { message: 'Refused.', type: 'BadRequestError', code: 400 } } });

/** As templates that want the user and the model to take turns; without a nudge after its result the model says nothing. */
function refuseUserAfterTool(request: RecordedRequest): Step {
  const roles = rolesOf(request);
  if (roles.at(-1) !== 'tool') return roles.length === 1 ? calls(ADD) : REFUSED;
  return JSON.stringify(request.body).includes('Answer from the results') ? FINAL : answer({ content: '' });
}

/** As templates that show one call a message. */
function refuseTwoCalls(request: RecordedRequest): Step {
  const roles = rolesOf(request).join(' ');
  if (roles === 'user') return calls(ADD, ['add', { a: 3, b: 4 }]);
  return roles === 'user assistant tool assistant tool' ? FINAL : REFUSED;
}

/** A provider whose list of tools grows with a call. What it has become stays, as that of a server outlives its clients. */
function growingProvider(): ToolProvider {
  let tools: readonly Tool[] = [];
  const grow = defineTool({
    name: 'grow',
    description: 'Adds a tool.',
    parameters: schema({}),
    execute: () => {
      tools = [grow, add];
      return 'There is one tool more.';
    },
  });
  tools = [grow];
  const opened = { tools: () => tools, instructions: 'Grow first.', close: async () => {} };
  return { name: 'growing', isRequired: true, open: async () => opened };
}

/** By name. Made anew for each use: servers in them have a state of their own. */
export function hostScenarios(): Readonly<Record<string, Scenario>> {
  const provider = growingProvider();
  return {
    'a plain answer': scenario(agentWith([]), [FINAL]),
    'one call': scenario(agentWith([add]), [calls(ADD), FINAL]),
    'parallel calls, one of them alone': scenario(agentWith([add, one, fail]), [
      calls(ADD, ['one_at_a_time', { name: 'x' }], ['add', { a: 3, b: 4 }], ['fail', {}]),
      FINAL,
    ]),
    'coerced and repaired arguments': scenario(agentWith([add]), [
      calls(['add', { a: '1', b: '2' }], ['add', '{"a": 3, "b": 4']),
      FINAL,
    ]),
    'a rescued call': scenario(agentWith([add]), [
      answer({ content: '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>' }),
      FINAL,
    ]),
    'wrong arguments, until the tool is forced': scenario(agentWith([add]), [
      calls(['add', { a: 1 }]),
      calls(['add', { a: 1 }]),
      calls(ADD),
      FINAL,
    ]),
    'a tool that there is not': scenario(agentWith([add]), [calls(['subtract', {}]), FINAL]),
    'the same call again and again': scenario(agentWith([add]), [calls(ADD), calls(ADD), calls(ADD), calls(ADD)]),
    'the same call again, and then the answer': scenario(agentWith([add]), [calls(ADD), calls(ADD), FINAL]),
    'calls in a circle': scenario(agentWith([add, one]), [calls(ADD), calls(ONE), calls(ADD), calls(ONE), FINAL]),
    'the same call again after a message': scenario(
      agentWith([slow]),
      [calls(['slow', {}]), calls(['slow', {}]), FINAL],
      {
        send: (event) => (event.type === 'tool_start' ? 'Once more.' : undefined),
      },
    ),
    'a long result that is read on': scenario(agentWith([list]), [
      answer({ toolCalls: [{ name: 'list_all', arguments: {}, id: 'long' }] }),
      calls(['read_result', { call_id: 'long', from: 150 }]),
      FINAL,
    ]),
    'an agent as tool of an agent as tool': scenario(
      agentWith([expertFor('outer', [expertFor('inner', [add]), list])]),
      [
        calls(['outer', { task: 'Ask the inner one.' }]),
        calls(['inner', { task: 'Add.' }], ['list_all', {}]),
        calls(ADD),
        answer({ content: 'It is 3.' }),
        answer({ content: 'It is 3, I hear.' }),
        FINAL,
      ],
    ),
    'two agents as tools side by side': scenario(agentWith([expertFor('expert', [add])]), [], {
      server: { respond: answerByTask },
    }),
    'an approval that is given': scenario(agentWith([pay, add]), [calls(['pay', { amount: 5 }], ADD), FINAL], {
      options: () => ({ approve: () => true }),
    }),
    'an approval that is refused': scenario(
      agentWith([pay]),
      [calls(['pay', { amount: 5 }], ['pay', { amount: 1 }]), FINAL],
      {
        options: () => ({ approve: () => false }),
      },
    ),
    'an approval that nobody gives': scenario(agentWith([pay, add]), [calls(ADD, ['pay', { amount: 5 }])]),
    'a message that is sent while it runs': scenario(
      agentWith([slow]),
      [calls(['slow', {}]), calls(['slow', {}]), FINAL],
      {
        send: (event) => (event.type === 'tool_start' ? 'Hurry.' : undefined),
      },
    ),
    'tools on a server without a tool parser': scenario(
      agentWith([add]),
      [answer({ content: '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>' }), FINAL],
      { server: { toolParser: false } },
    ),
    'a structured output that is corrected': scenario(agentWith([add], { output }), [
      calls(ADD),
      FINAL,
      answer({ content: '{"sum": "many"}' }),
      answer({ content: '{"sum": 3}' }),
    ]),
    'a call that was cut': scenario(
      agentWith([add]),
      [answer({ toolCalls: [{ name: 'add', arguments: '{"a": 1, "b' }], finishReason: 'length' }), calls(ADD), FINAL],
      { options: () => ({ params: { max_tokens: 100 } }) },
    ),
    'a call that is cut twice': scenario(
      agentWith([add]),
      [cutCall('{"a": 1, "b'), cutCall('{"a": 1}'), calls(ADD), FINAL],
      { options: () => ({ params: { max_tokens: 100 } }) },
    ),
    'a call that was cut after one that was not': scenario(agentWith([add]), [
      answer({
        toolCalls: [
          { name: 'add', arguments: '{"a": 1, "b": 2}' },
          { name: 'add', arguments: '{"a": 3' },
        ],
        finishReason: 'length',
      }),
      calls(['add', { a: 3, b: 4 }]),
      FINAL,
    ]),
    'an empty answer after a result': scenario(agentWith([add]), [calls(ADD), answer({ content: '' }), FINAL]),
    'a template that refuses the nudge after a result': scenario(agentWith([add]), [], {
      server: { respond: refuseUserAfterTool },
    }),
    'a template that refuses two calls in one message': scenario(agentWith([add]), [], {
      server: { respond: refuseTwoCalls },
    }),
    'an answer that was cut': scenario(agentWith([]), [answer({ content: 'Once upon', finishReason: 'length' })]),
    'an empty answer': scenario(agentWith([add]), [answer({ reasoning: 'Hm.' }), FINAL]),
    'an answer that stays empty': scenario(agentWith([add]), [answer({ content: ' ' }), answer({ content: ' ' })]),
    'a broken stream': scenario(agentWith([add]), [calls(ADD), { ...FINAL, endAfter: 400 }, FINAL]),
    'a stream that stays broken': scenario(agentWith([]), [
      { ...FINAL, endAfter: 400 },
      { ...FINAL, endAfter: 400 },
    ]),
    'an empty answer after a cut call': scenario(agentWith([add]), [
      answer({ toolCalls: [{ name: 'add', arguments: '{"a": 1, "b' }], finishReason: 'length' }),
      answer({ content: '' }),
      FINAL,
    ]),
    'a conversation near the end of the context': scenario(agentWith([list]), [calls(['list_all', {}]), FINAL], {
      server: { models: [{ id: 'fake', maxModelLen: 400 }] },
      options: () => ({ params: { max_tokens: 500 } }),
    }),
    'a list of tools that changes': scenario(
      () => defineAgent({ name: 'tested', model: 'fake', providers: [provider] }),
      // The server has grown when the run is played again, so its own count of the prompt would differ.
      [calls(['grow', {}]), calls(ADD), FINAL].map((step) => ({ ...step, usage: USAGE })),
    ),
    'a tool that only a hook brings': scenario(agentWith([]), [calls(ADD), FINAL], {
      options: () => ({ prepareTurn: (plan) => ({ ...plan, tools: [...plan.tools, add] }) }),
    }),
    'a limit': scenario(agentWith([add]), [calls(ADD), calls(['add', { a: 3, b: 4 }])], {
      options: () => ({ limits: { turns: 2 } }),
    }),
    'a limit that an agent as tool reaches': scenario(
      agentWith([expertFor('expert', [add])]),
      [calls(['expert', { task: 'Add.' }]), calls(ADD)],
      { options: () => ({ limits: { turns: 2 } }) },
    ),
    'an answer that no client understands': scenario(agentWith([]), [
      raw({ bytes: 'data: {"choices": null}\n\ndata: [DONE]\n\n' }),
      FINAL,
    ]),
  };
}
