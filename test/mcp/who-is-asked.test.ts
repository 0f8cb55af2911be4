// Owns claims about who is asked when a server asks: the run whose call it belongs to, and nobody when that is not certain.

import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/mcp/server.ts';
import type { ProviderContext } from '../../src/tool/tool-provider.ts';
import type { Received } from './scripted-server.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';
import { listenMcp } from './site.ts';

const FORM = { message: 'Which key?', requestedSchema: { type: 'object', properties: { key: { type: 'string' } } } };
const SAMPLE = { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 };

/** A user who answers with their own name. */
function person(name: string, asked: string[]): Partial<ProviderContext> {
  return {
    askUser: async ({ message }) => {
      asked.push(`${name}: ${message}`);
      return { action: 'accept', content: { key: name } };
    },
    sample: async () => {
      asked.push(`${name}: model`);
      return { model: name, text: name, calls: [], stopReason: 'endTurn' };
    },
  };
}

/** Waits for the answer to a question that is sent now. */
async function ask(scripted: ScriptedServer, id: string, method: string, params: object): Promise<unknown> {
  scripted.send({ id, method, params });
  return await scripted.answered(id);
}

describe('a server with one output', () => {
  const silent = () => new ScriptedServer({ 'tools/call': () => undefined });
  const answer = (scripted: ScriptedServer) => {
    for (const { id, method } of scripted.received) if (method === 'tools/call') scripted.send({ id, result: {} });
  };

  test('asks the one run that has a call under way, whoever opened it last', async () => {
    const asked: string[] = [];
    const scripted = silent();
    const server = mountScripted(scripted);
    await using a = await openServer(server, person('A', asked));
    await using _b = await openServer(server, person('B', asked));
    const call = a.call('work');
    await scripted.arrived('tools/call');
    const form = await ask(scripted, 'f', 'elicitation/create', FORM);
    const sample = await ask(scripted, 's', 'sampling/createMessage', SAMPLE);
    answer(scripted);
    await call;
    expect([form, sample, asked]).toEqual([
      { action: 'accept', content: { key: 'A' } },
      { model: 'A', role: 'assistant', stopReason: 'endTurn', content: { type: 'text', text: 'A' } },
      ['A: Which key?', 'A: model'],
    ]);
  });

  test('asks a run with several calls, too', async () => {
    const asked: string[] = [];
    const scripted = silent();
    await using a = await openServer(mountScripted(scripted), person('A', asked));
    const calls = [a.call('work'), a.call('read')];
    await scripted.arrived('tools/call');
    const form = await ask(scripted, 'f', 'elicitation/create', FORM);
    answer(scripted);
    await Promise.all(calls);
    expect(form).toEqual({ action: 'accept', content: { key: 'A' } });
  });

  test.each([
    ['several runs have calls', 2],
    ['none has', 0],
  ])('asks nobody when %s, and says so', async (_name, calls) => {
    const asked: string[] = [];
    const scripted = silent();
    const server = mountScripted(scripted);
    await using a = await openServer(server, person('A', asked));
    await using b = await openServer(server, person('B', asked));
    const underWay = [a, b].slice(0, calls).map((user) => user.call('work'));
    if (calls > 0) await scripted.arrived('tools/call');
    const form = await ask(scripted, 'f', 'elicitation/create', FORM);
    const sample = await ask(scripted, 's', 'sampling/createMessage', SAMPLE);
    answer(scripted);
    await Promise.all(underWay);
    expect([form, sample, asked]).toEqual([
      { action: 'decline' },
      { code: -32_603, message: 'There is no run whose model can be asked.' },
      [],
    ]);
    expect(a.warnings.map(({ code, message }) => [code, message])).toEqual(
      ['the user', 'the model'].map((whom) => [
        'mcp_unasked',
        `MCP server \`s\`: it asks ${whom} something, and it is not certain which run's call that belongs to: declined.`,
      ]),
    );
  });

  test('shows one form at a time, up to twenty in a call, and asks the model up to ten times', async () => {
    const scripted = silent();
    let open = 0;
    let most = 0;
    let forms = 0;
    await using a = await openServer(mountScripted(scripted), {
      ...person('A', []),
      askUser: async () => {
        forms++;
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(resolve));
        open--;
        return { action: 'accept', content: {} };
      },
    });
    const call = a.call('work');
    await scripted.arrived('tools/call');
    const ids = Array.from({ length: 30 }, (_, at) => at);
    const shown = await Promise.all(ids.map((at) => ask(scripted, `f${at}`, 'elicitation/create', FORM)));
    const sampled = await Promise.all(ids.map((at) => ask(scripted, `s${at}`, 'sampling/createMessage', SAMPLE)));
    answer(scripted);
    await call;
    expect([most, forms, shown.filter((result) => JSON.stringify(result) === '{"action":"decline"}').length]).toEqual([
      1, 20, 10,
    ]);
    expect(
      sampled.filter((result) => JSON.stringify(result).includes('A call may ask the model 10 times.')),
    ).toHaveLength(20);
    expect(a.warnings.map(({ code }) => code)).toEqual(['mcp_flood', 'mcp_flood']);
  });
});

test('a server over HTTP asks each run in the response to its own call, also on a connection that another run made', async () => {
  const asked: string[] = [];
  const responses: ServerResponse[] = [];
  const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
  const calls = new Map<string, { readonly id: number; readonly response: ServerResponse }>();
  await using site = await listenMcp({
    'tools/call': ({ id }, response) => {
      responses.push(response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const question = `q${id}`;
      calls.set(question, { id, response });
      // Not before both calls are there.
      if (calls.size === 2) {
        for (const [own, { response: at }] of calls)
          at.write(event({ id: own, method: 'elicitation/create', params: FORM }));
      }
    },
    undefined: (
      message: Received & { readonly result?: { readonly content?: { readonly key?: string } } },
      response,
    ) => {
      response.writeHead(202).end();
      const call = calls.get(String(message.id));
      const text = `told ${message.result?.content?.key}`;
      call?.response.end(event({ id: call.id, result: { content: [{ type: 'text', text }] } }));
    },
  });
  const server = createServer('s', { url: `${site.url}/mcp`, type: 'http' }, () => ({
    env: {},
    workspaceFolder: '/',
    version: '0',
  }));
  await using a = await openServer(server, person('A', asked));
  await using b = await openServer(server, person('B', asked));
  expect(await Promise.all([b.call('work'), a.call('work')])).toEqual(['told B', 'told A']);
  expect(asked.toSorted()).toEqual(['A: Which key?', 'B: Which key?']);
});
