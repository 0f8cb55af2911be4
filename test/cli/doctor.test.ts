// Owns claims about the doctor: what it finds on servers of each kind, what it says to do, and how it exits.

import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Agent } from '../../src/index.ts';
import { defineAgent } from '../../src/index.ts';
import type { FakeVllmOptions, RecordedRequest, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { createFakeIo } from './fake-io.ts';

interface Setting {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly agent?: Agent;
  /** The seconds between the readings of the clock; the last one repeats. Default 1. */
  readonly ticks?: readonly number[];
}

async function doctor(baseUrl: string, { args = [], env = {}, agent = BARE, ticks = [1] }: Setting = {}) {
  let seconds = 0;
  let readings = 0;
  const now = () => {
    seconds += ticks[Math.min(readings++, ticks.length - 1)] ?? 0;
    return seconds * 1000;
  };
  const { io, text } = createFakeIo({ args: ['--doctor', '--base-url', baseUrl, ...args], env, now });
  const code = await main(agent, io);
  return { code, ...text, out: text.out.replaceAll(baseUrl, 'URL') };
}

const BARE = defineAgent({ name: 'a' });

const CALL = { name: 'get_weather', arguments: { city: 'Paris' } };

/** A model that does what each tiny request asks of it. */
function wellBehaved({ body = {} }: RecordedRequest): Step {
  const format = body.response_format as { type?: string; format?: { begin: string; end: string } } | undefined;
  if (format?.type === 'structural_tag')
    return answer({ content: `${format.format?.begin}{"city": "Paris"}${format.format?.end}` });
  if (format !== undefined) return answer({ content: '{"city": "Paris"}' });
  if (isPaint(body)) return answer({ toolCalls: [{ name: 'paint', arguments: { color: 'teal' } }] });
  if (body.tools !== undefined) return answer({ toolCalls: [CALL] });
  return answer({ reasoning: 'hm', content: 'It is mild in Paris.' });
}

const isPaint = ({ tools }: { readonly tools?: unknown }): boolean => JSON.stringify(tools ?? '').includes('"paint"');

async function onFake(server: FakeVllmOptions, setting: Setting = {}) {
  await using vllm = await startFakeVllm({ respond: wellBehaved, ...server });
  const found = await doctor(vllm.baseUrl, setting);
  return { ...found, chats: vllm.chatBodies().length };
}

/** What is printed for a model that does everything, by check. */
const GOOD = {
  server: '✓ server              vLLM 0.33.0 at URL',
  key: '✓ key                 none set, none required',
  model: '✓ model               fake, unknown model family, 8192 tokens of context',
  streaming: '✓ streaming           7 chunks in 7.0 s',
  usage: '✓ usage               token counts, including cached tokens (0)',
  auto: '✓ tools (auto)        the model made a call, and the server parsed it',
  required: '✓ tools (required)    a call that matches its schema',
  named: '✓ tools (named)       a call that matches its schema',
  strict: '✓ strict              arguments keep to their schema, also against the question (auto, required, named)',
  thinking: '✓ thinking            in a field of its own',
  structured: '✓ structured output   the grammar enforces the schema',
  tokenize: '✓ tokenize            prompts can be counted before they are sent',
  template: '✓ template            it accepts messages in any order',
  replayed: '✓ replayed thinking   the template shows it to the model',
  cache: '✓ prefix cache        the same answer from a cold and from a warm cache',
  end: '\nAgents can run here. Sent 13 requests of at most 48 generated tokens each.\n',
};

/** The page of a good model, with other lines for some checks; null leaves a line out. */
function page(changed: Partial<Record<keyof typeof GOOD, string | null>> = {}): string {
  return Object.values({ ...GOOD, ...changed })
    .filter((line) => line !== null)
    .join('\n');
}

/** What is printed when the first checks fail and nothing more can be checked. */
function shortPage(...lines: readonly string[]): string {
  const end = '\nAgents cannot run here. Sent 0 requests of at most 48 generated tokens each.\n';
  return [...lines, end].join('\n');
}

const REMEDY = `\n${' '.repeat(22)}-> `;

describe('a server', () => {
  test('with all flags passes, with few and small requests', async () => {
    expect(await onFake({ models: [{ id: 'Qwen/Qwen3-8B', maxModelLen: 8192 }] })).toEqual({
      code: 0,
      out: page({ model: '✓ model               Qwen/Qwen3-8B, family Qwen3, 8192 tokens of context' }),
      err: '',
      chats: 13,
    });
  });

  test('without tool flags gets the flags of the model family, and tools work anyway', async () => {
    const flags = '--enable-auto-tool-choice --tool-call-parser glm47 --reasoning-parser glm47';
    expect(await onFake({ toolParser: false, models: [{ id: 'zai-org/GLM-4.7', maxModelLen: 8192 }] })).toEqual({
      code: 0,
      out: page({
        model: '✓ model               zai-org/GLM-4.7, family GLM 4.7 and later, 8192 tokens of context',
        auto: `! tools               vLLM was started without a tool parser${REMEDY}Start vLLM with ${flags}`,
        required: '✓ client-side tools   tools work anyway: the grammar produces calls, and the client parses them',
        named: null,
        strict: null,
        end: GOOD.end.replace('13', '10'),
      }),
      err: '',
      chats: 10,
    });
  });

  test('of an unknown model is told that the flags are a guess', async () => {
    const { out } = await onFake({ toolParser: false });
    const flags = '--enable-auto-tool-choice --tool-call-parser hermes';
    const guess = "This is a guess: vLLM's docs name no parser for this model.";
    expect(out).toContain(
      `vLLM was started without a tool parser${REMEDY}Start vLLM with ${flags}\n${' '.repeat(25)}${guess}\n`,
    );
  });

  test('is never told to use a parser that its version lacks', async () => {
    const { out } = await onFake({
      version: '0.32.0',
      toolParser: false,
      models: [{ id: 'Step-5-Preview', maxModelLen: 8192 }],
    });
    expect(out).not.toContain('--tool-call-parser');
    expect(out).toContain(`${REMEDY}The parser of this model, \`step5\`, came with vLLM 0.33: update the server.\n`);
  });

  test.each([
    [
      'wrong',
      ['cold', 'other', 'warm', 'cold'],
      '✗ prefix cache        the same request has another answer from a warm cache than from a cold one',
    ],
    [
      'never the same',
      ['one', 'two', 'three', 'four'],
      '- prefix cache        not probed: the server answers the same request in different ways',
    ],
  ])('whose prefix cache is %s is told so', async (_name, answers, line) => {
    let probes = 0;
    const found = await onFake({
      respond: (request) =>
        typeof request.body?.cache_salt === 'string'
          ? answer({ content: answers[probes++] ?? '' })
          : wellBehaved(request),
    });
    expect(found.out).toContain(line);
  });

  test('that cuts the call of a proof, or says nothing to the probe, is not blamed', async () => {
    const cut = answer({ toolCalls: [{ name: 'paint', arguments: '{"color": "pur' }], finishReason: 'length' });
    const { out } = await onFake({
      respond: (request) => {
        if (isPaint(request.body ?? {})) return cut;
        return typeof request.body?.cache_salt === 'string' ? answer({ content: '' }) : wellBehaved(request);
      },
    });
    expect(out).toContain('! strict              not proved: the model made no call to prove it on\n');
    expect(out).toContain('- prefix cache        not probed: the server gave no text\n');
  });

  test('that accepts `strict` and does not hold to it is found out', async () => {
    const loose = answer({ toolCalls: [{ name: 'paint', arguments: { color: 'purple' } }] });
    const found = await onFake({
      respond: (request) =>
        isPaint(request.body ?? {}) && request.body?.tool_choice !== 'named' ? loose : wellBehaved(request),
    });
    const strict =
      '✗ strict              `strict` is accepted and not enforced (auto, required, named): the arguments broke their schema';
    const remedy = 'Runs check arguments all the same. Update vLLM, or try another tool parser.';
    expect([found.code, found.out]).toEqual([0, page({ strict: `${strict}${REMEDY}${remedy}` })]);
  });

  test.each([
    [
      'auto',
      { toolParser: true },
      '! tools (auto)        the model wrote a call that the server does not read; runs ask for it again under a grammar: {"name": "get_weather", "arguments": {"city": "Paris"}}',
    ],
    [
      'none',
      { toolParser: false },
      'the client parses them; this model writes calls as JSON, and runs ask for them so',
    ],
  ])('whose model writes calls as bare JSON is told so (%s)', async (choice, server, line) => {
    const text = '```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```';
    const { out } = await onFake({
      ...server,
      respond: (request) =>
        request.body?.tool_choice === choice && request.body.response_format === undefined
          ? answer({ content: choice === 'none' ? text : text.replace(/```(json)?/g, '').trim() })
          : wellBehaved(request),
    });
    expect(out).toContain(line);
  });

  test('that leaves calls in the text gets the parser', async () => {
    const call =
      '<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>';
    const found = await onFake({
      models: [{ id: 'Qwen3-Coder-30B', maxModelLen: 8192 }],
      respond: (request) =>
        request.body?.tool_choice === 'auto' && !isPaint(request.body)
          ? answer({ content: call })
          : wellBehaved(request),
    });
    expect(found.out).toBe(
      page({
        model: '✓ model               Qwen3-Coder-30B, family Qwen3-Coder, 8192 tokens of context',
        auto: `! tools (auto)        the server left the call in the text; runs read it from there${REMEDY}Start vLLM with --enable-auto-tool-choice --tool-call-parser qwen3_coder`,
        thinking: '- thinking            Qwen3-Coder does not think',
        end: GOOD.end.replace('13', '12'),
      }),
    );
  });

  test('that leaves thinking in the text gets the parser', async () => {
    const found = await onFake({
      models: [{ id: 'Qwen3-8B', maxModelLen: 8192 }],
      respond: (request) =>
        request.body?.tools === undefined && request.body?.response_format === undefined
          ? answer({ content: '<think>hm</think>ok' })
          : wellBehaved(request),
    });
    expect(found.out).toBe(
      page({
        model: '✓ model               Qwen3-8B, family Qwen3, 8192 tokens of context',
        streaming: '✓ streaming           9 chunks in 9.0 s',
        thinking: `! thinking            in the text; runs remove it, other clients do not${REMEDY}Start vLLM with --reasoning-parser qwen3`,
      }),
    );
  });

  test('whose stream is buffered on the way is reported', async () => {
    const { out } = await onFake({}, { ticks: [0, 5, 0] });
    expect(out).toBe(
      page({
        streaming: `! streaming           7 chunks arrived at once after 5.0 s: something between here and the server buffers them${REMEDY}Turn off buffering in the proxy (nginx: proxy_buffering off), or bypass the proxy.`,
      }),
    );
  });

  test('that refuses the key gets the variable, without the key', async () => {
    expect(await onFake({ apiKey: 'right' }, { env: { VLLM_API_KEY: 'hunter2' } })).toEqual({
      code: 1,
      out: shortPage(
        GOOD.server,
        `✗ key                 the server did not accept the API key${REMEDY}Set VLLM_API_KEY to the key that vLLM was started with (--api-key).`,
      ),
      err: '',
      chats: 0,
    });
  });

  test('without the requested model gets the names of its models', async () => {
    const { code, out } = await onFake({}, { args: ['--model', 'gpt'] });
    expect([code, out]).toEqual([
      1,
      shortPage(
        GOOD.server,
        GOOD.key,
        `✗ model               there is no model gpt; available: fake${REMEDY}Choose one of them: VLLM_MODEL or --model.`,
      ),
    ]);
  });

  test('that does not run gets the command that starts one', async () => {
    const { code, out } = await doctor('http://127.0.0.1:9/v1');
    const failure =
      'GET http://127.0.0.1:9/version: no connection (ECONNREFUSED). Is vLLM running there? If not, correct the base URL (VLLM_BASE_URL).';
    const remedy = 'Start it (vllm serve MODEL), or set another address, ending in /v1: VLLM_BASE_URL or --base-url.';
    expect([code, out]).toEqual([1, shortPage(`✗ server              ${failure}${REMEDY}${remedy}`)]);
  });

  test('that is a web site is not called a vLLM', async () => {
    await using site = await listen((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    );
    const { code, out } = await doctor(site.baseUrl);
    expect([code, out.split('\n')[1]]).toEqual([
      1,
      expect.stringMatching(/^✗ models {14}this is not a vLLM-compatible server: /),
    ]);
  });

  test('that is compatible with vLLM, and is another one, is checked as far as possible', async () => {
    await using vllm = await startFakeVllm({ respond: wellBehaved });
    await using gateway = await listen(async (request, response) => {
      if (!/^\/v1\/(models|chat\/completions)$/.test(request.url ?? '')) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}');
        return;
      }
      const { method = 'GET' } = request;
      const body = Buffer.concat(await request.toArray());
      const headers = { 'content-type': 'application/json' };
      const passed = await fetch(vllm.origin + request.url, { method, headers, ...(body.length > 0 && { body }) });
      response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await passed.arrayBuffer()));
    });
    const { code, out } = await doctor(gateway.baseUrl);
    const notFound = out.split('\n').find((line) => line.includes('tokenize')) ?? '';
    expect(notFound).toMatch(/^! tokenize {12}not available: .*404/);
    const remedy = 'Without it, a prompt that is too long is noticed only when the server refuses it.';
    expect([code, out]).toEqual([
      0,
      page({
        server: '! server              the server at URL does not report a vLLM version',
        tokenize: `${notFound}${REMEDY}${remedy}`,
        template: null,
        replayed: null,
      }),
    ]);
  });
});

describe('an agent', () => {
  test.each([
    [
      'an optional',
      false,
      0,
      `${REMEDY}Runs go on without it: correct it, or leave it out. With \`required\` they fail.`,
    ],
    ['a required', true, 1, ''],
  ])('with %s MCP server that does not start', async (_kind, required, code, remedy) => {
    const agent = defineAgent({ name: 'a', mcpServers: { x: { command: '/no/such/program', required } } });
    const found = await onFake({}, { agent });
    const what = 'MCP server `x`: `/no/such/program` did not start: there is no such command.';
    const line = `✗ server x            ${what}${remedy}`;
    const able = code === 0 ? 'Agents can run' : 'Agents cannot run';
    const end = `${line}\n${GOOD.end.replace('Agents can run', able)}`;
    expect([found.code, found.out]).toEqual([code, page({ end })]);
  });
});

test('--json prints the findings for programs', async () => {
  const { code, out } = await onFake({}, { args: ['--json'] });
  const good = (check: string, message: string) => ({ check, status: 'good', message });
  const findings = Object.values(GOOD)
    .slice(0, -1)
    .map((line) => good(line.slice(2, 21).trim(), line.slice(22)));
  expect([code, JSON.parse(out)]).toEqual([0, { isAble: true, requests: 13, findings }]);
});

type Site = { readonly baseUrl: string } & AsyncDisposable;

/** A server of the test's own, on a free port. */
async function listen(listener: RequestListener): Promise<Site> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on a port.
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
