// Owns claims about the doctor: what it finds on servers of each kind, what it says to do, and how it exits.

import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { Agent } from '../../src/index.ts';
import { defineAgent } from '../../src/index.ts';
import type { FakeVllmOptions, RecordedRequest, Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { weatherAgent } from '../support/run-helpers.ts';

async function doctor(baseUrl: string, more: { args?: string[]; env?: Record<string, string>; agent?: Agent } = {}) {
  const text = { out: '', err: '' };
  const output = (name: 'out' | 'err') => ({
    isTty: false,
    columns: 100,
    write: (part: string) => {
      text[name] += part;
    },
  });
  const io: Io = {
    args: ['--doctor', '--base-url', baseUrl, ...(more.args ?? [])],
    env: more.env ?? {},
    out: output('out'),
    err: output('err'),
    readInput: async () => undefined,
    terminal: undefined,
    saveFile: async () => undefined,
    signal: new AbortController().signal,
    now: () => performance.now(),
    program: 'agents/a.ts',
  };
  const code = await main(more.agent ?? weatherAgent(), io);
  return { code, ...text };
}

const CALL = { name: 'get_weather', arguments: { city: 'Paris' } };

/** A model that does what each tiny request asks of it. */
function wellBehaved({ body = {} }: RecordedRequest): Step {
  const format = body.response_format as { type?: string; format?: { begin: string; end: string } } | undefined;
  if (format?.type === 'structural_tag')
    return answer({ content: `${format.format?.begin}{"city": "Paris"}${format.format?.end}` });
  if (format !== undefined) return answer({ content: '{"city": "Paris"}' });
  if (body.tools !== undefined) return answer({ toolCalls: [CALL] });
  return answer({ reasoning: 'hm', content: 'It is mild in Paris.' });
}

async function onFake(server: FakeVllmOptions, more: Parameters<typeof doctor>[1] = {}) {
  await using vllm = await startFakeVllm({ respond: wellBehaved, ...server });
  const found = await doctor(vllm.baseUrl, more);
  return { ...found, chats: vllm.chatBodies().length };
}

describe('a server', () => {
  test('with all flags is found well, with few and small requests', async () => {
    const { code, out, chats } = await onFake(
      { models: [{ id: 'Qwen/Qwen3-8B', maxModelLen: 8192 }] },
      { agent: defineAgent({ name: 'a' }) },
    );
    expect(code).toBe(0);
    expect(out).toMatch(/✓ model +Qwen\/Qwen3-8B, of the family Qwen3, 8192 tokens of context/);
    expect(out).toMatch(/✓ tools \(auto\) +the model called/);
    expect(out).toMatch(
      /✓ tools \(required\)[\s\S]*✓ tools \(named\)[\s\S]*✓ thinking[\s\S]*✓ structured output[\s\S]*✓ tokenize/,
    );
    expect(out).toContain('Agents can run here. 6 requests made the model write, of at most 48 tokens each.');
    expect(chats).toBe(6);
  });

  test('without tool flags is told the flags of the family, and that tools work all the same', async () => {
    const { code, out } = await onFake(
      { toolParser: false, models: [{ id: 'zai-org/GLM-4.7', maxModelLen: 8192 }] },
      { agent: defineAgent({ name: 'a' }) },
    );
    expect(code).toBe(0);
    expect(out).toContain(
      '-> Start vLLM with --enable-auto-tool-choice --tool-call-parser glm47 --reasoning-parser glm45',
    );
    expect(out).toMatch(/✓ client-side tools +tools work all the same/);
  });

  test('that leaves calls in the text is told the parser', async () => {
    const { out } = await onFake(
      {
        models: [{ id: 'Qwen3-Coder-30B', maxModelLen: 8192 }],
        respond: (request) =>
          request.body?.tool_choice === 'auto'
            ? answer({
                content:
                  '<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>',
              })
            : wellBehaved(request),
      },
      { agent: defineAgent({ name: 'a' }) },
    );
    expect(out).toMatch(
      /! tools \(auto\) +the call was left in the text[\s\S]*-> Start vLLM with --tool-call-parser qwen3_coder/,
    );
  });

  test('that leaves thinking in the text is told the parser', async () => {
    const { out } = await onFake(
      {
        models: [{ id: 'Qwen3-8B', maxModelLen: 8192 }],
        respond: (request) =>
          request.body?.tools === undefined && request.body?.response_format === undefined
            ? answer({ content: '<think>hm</think>ok' })
            : wellBehaved(request),
      },
      { agent: defineAgent({ name: 'a' }) },
    );
    expect(out).toMatch(/! thinking +it comes in the text[\s\S]*-> Start vLLM with --reasoning-parser qwen3/);
  });

  test('behind something that holds the stream back is told so', async () => {
    const { out } = await onFake(
      {
        respond: (request) =>
          request.body?.stream === true
            ? answer({ content: 'a b c d e f g h i j k l', chunking: 'whole', delayMs: 300 })
            : wellBehaved(request),
      },
      { agent: defineAgent({ name: 'a' }) },
    );
    expect(out).toMatch(/! streaming +\d+ pieces came at once/);
  });

  test('with a wrong key is told which variable, without the key', async () => {
    const { code, out } = await onFake({ apiKey: 'right' }, { env: { VLLM_API_KEY: 'hunter2' } });
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ key +the server wants another key[\s\S]*VLLM_API_KEY/)]);
    expect(out).not.toContain('hunter2');
  });

  test('that serves another model is told which', async () => {
    const { code, out } = await onFake({}, { args: ['--model', 'gpt'] });
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ model +there is no gpt; there are: fake/)]);
  });

  test('at a dead port is told how to start one', async () => {
    const { code, out } = await doctor('http://127.0.0.1:9/v1');
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ server +.*ECONNREFUSED[\s\S]*-> Start it/)]);
  });

  test('that is a web site is called no vLLM', async () => {
    const site = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const address = site.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, out } = await doctor(`http://127.0.0.1:${port}/v1`);
    site.close();
    expect([code, out]).toEqual([1, expect.stringMatching(/✗ models +this is no vLLM/)]);
  });
});

test('a server that is like vLLM, and is none, is looked at as far as it goes', async () => {
  await using vllm = await startFakeVllm({ respond: wellBehaved });
  const origin = vllm.baseUrl.slice(0, -'/v1'.length);
  const gateway = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const isPassed = request.url?.startsWith('/v1/models') || request.url?.startsWith('/v1/chat');
    if (!isPassed) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}');
      return;
    }
    const { method = 'GET' } = request;
    const body = parts.length === 0 ? {} : { body: Buffer.concat(parts) };
    const headers = { 'content-type': 'application/json' };
    const answered = await fetch(`${origin}${request.url}`, { method, headers, ...body });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answered.arrayBuffer()));
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const address = gateway.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, out } = await doctor(`http://127.0.0.1:${port}/v1`, { agent: defineAgent({ name: 'a' }) });
  gateway.closeAllConnections();
  gateway.close();
  expect(code).toBe(0);
  expect(out).toMatch(/! server +something answers at .*, which does not tell a version of vLLM/);
  expect(out).toMatch(/✓ tools \(auto\)[\s\S]*! tokenize +it cannot be asked/);
});

describe('an agent', () => {
  test('has its servers looked at; a required one that is not there is fatal', async () => {
    const missing = { command: '/no/such/program' };
    const agent = (required: boolean) => defineAgent({ name: 'a', mcpServers: { x: { ...missing, required } } });
    const optional = await onFake({}, { agent: agent(false) });
    expect([optional.code, optional.out]).toEqual([0, expect.stringMatching(/! server x +runs go on without it/)]);
    const required = await onFake({}, { agent: agent(true) });
    expect([required.code, required.out]).toEqual([1, expect.stringMatching(/✗ server x +MCP server `x`/)]);
  });
});

test('--json gives the findings for machines', async () => {
  const { code, out } = await onFake({}, { args: ['--json'], agent: defineAgent({ name: 'a' }) });
  const report = JSON.parse(out);
  expect([code, report.isAble, report.requests]).toEqual([0, true, 6]);
  expect(report.findings[0]).toMatchObject({ check: 'server', status: 'good' });
});
