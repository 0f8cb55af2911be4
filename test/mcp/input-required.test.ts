// Owns claims about requests whose server wants something of this client first (2026-07-28): who is asked, what is sent back, and an end.

import { describe, expect, test } from 'vitest';
import type { ProviderContext } from '../../src/tool/tool-provider.ts';
import type { Received } from './scripted-server.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';

const NEWER = { protocol: '2026-07-28' } as const;
const FORM = { type: 'object', properties: { key: { type: 'string' }, size: { type: 'integer', default: 3 } } };
const elicitation = (message: string) => ({ method: 'elicitation/create', params: { message, requestedSchema: FORM } });
const sampling = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 5 },
};
const required = (fields: object) => ({ result: { resultType: 'input_required', ...fields } });
const DONE = { result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] } };

function person(name: string, asked: string[]): Partial<ProviderContext> {
  return {
    askUser: async ({ message, url }) => {
      asked.push(`${name}: ${message}${url === undefined ? '' : ` at ${url}`}`);
      return { action: 'accept', content: { key: name } };
    },
    sample: async () => ({ model: 'm', text: name, calls: [], stopReason: 'endTurn' }),
  };
}

/** The parameters of each attempt of a call, without what every request carries. */
function attempts(scripted: ScriptedServer): readonly object[] {
  return scripted.received
    .filter(({ method }) => method === 'tools/call')
    .map(({ params }) => {
      const { _meta, ...rest } = params ?? {};
      return rest;
    });
}

describe('a call', () => {
  test('is made again with all answers and the state, and the answers to those of later rounds alone', async () => {
    const asked: string[] = [];
    const rounds = [
      required({
        inputRequests: { a: elicitation('Which?'), b: sampling, c: { method: 'roots/list' } },
        requestState: 's1',
      }),
      required({
        inputRequests: {
          d: { method: 'elicitation/create', params: { mode: 'url', message: 'Go', url: 'https://a.example/b' } },
        },
      }),
      DONE,
    ];
    const scripted = new ScriptedServer({ 'tools/call': () => rounds.shift() });
    await using user = await openServer(
      mountScripted(scripted, { ...NEWER, roots: ['file:///home/me'] }),
      person('A', asked),
    );
    expect([await user.call('work', { n: 1 }), asked]).toEqual(['done', ['A: Which?', 'A: Go at https://a.example/b']]);
    const call = { name: 'work', arguments: { n: 1 } };
    expect(attempts(scripted)).toEqual([
      call,
      {
        ...call,
        requestState: 's1',
        inputResponses: {
          a: { action: 'accept', content: { size: 3, key: 'A' } },
          b: { model: 'm', role: 'assistant', stopReason: 'endTurn', content: { type: 'text', text: 'A' } },
          c: { roots: [{ uri: 'file:///home/me' }] },
        },
      },
      { ...call, inputResponses: { d: { action: 'accept', content: { key: 'A' } } } },
    ]);
    expect(new Set(scripted.received.map(({ id }) => id)).size).toBe(scripted.received.length);
  });

  test('that is only put off is made again with its state', async () => {
    const rounds = [required({ requestState: 's' }), DONE];
    const scripted = new ScriptedServer({ 'tools/call': () => rounds.shift() });
    await using user = await openServer(mountScripted(scripted, NEWER));
    expect(await user.call('work')).toBe('done');
    expect(attempts(scripted)[1]).toEqual({ name: 'work', arguments: {}, requestState: 's' });
  });

  test('asks its own user, whoever else has a call under way', async () => {
    const asked: string[] = [];
    const waiting: Received[] = [];
    const scripted = new ScriptedServer({
      'tools/call': (message) => {
        if (message.params?.inputResponses !== undefined)
          return { result: { content: [{ type: 'text', text: JSON.stringify(message.params.inputResponses) }] } };
        waiting.push(message);
        if (waiting.length < 2) return undefined;
        for (const { id, params } of waiting)
          scripted.send({ id, ...required({ inputRequests: { q: elicitation(String(params?.name)) } }) });
        return undefined;
      },
    });
    const server = mountScripted(scripted, NEWER);
    await using a = await openServer(server, person('A', asked));
    await using b = await openServer(server, person('B', asked));
    const answered = await Promise.all([a.call('work'), b.call('read')]);
    const content = (key: string) => JSON.stringify({ q: { action: 'accept', content: { size: 3, key } } });
    expect([answered, asked.sort()]).toEqual([
      [content('A'), content('B')],
      ['A: work', 'B: read'],
    ]);
    expect([a.warnings, b.warnings]).toEqual([[], []]);
  });

  test('declines for a user who cannot be asked', async () => {
    const rounds = [required({ inputRequests: { q: elicitation('Which?') } }), DONE];
    const scripted = new ScriptedServer({ 'tools/call': () => rounds.shift() });
    await using user = await openServer(mountScripted(scripted, NEWER));
    await user.call('work');
    expect(attempts(scripted)[1]).toMatchObject({ inputResponses: { q: { action: 'decline' } } });
  });

  test.each<[string, object, string]>([
    ['nothing', {}, 'asks for something and does not say what. Whether the call took effect is not known.'],
    [
      'a list',
      { inputRequests: ['a'] },
      'asks for something and does not say what. Whether the call took effect is not known.',
    ],
    [
      'the unknown',
      { inputRequests: { q: { method: 'no/such' } } },
      'asks for "no/such", which this client does not know. Whether the call took effect is not known.',
    ],
    [
      'a text',
      { inputRequests: { q: 'hi' } },
      'asks for something and does not say what. Whether the call took effect is not known.',
    ],
    [
      'too much at once',
      { inputRequests: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`q${at}`, elicitation('x')])) },
      'asks more than 100 things at once. Whether the call took effect is not known.',
    ],
    [
      'a page without a URL',
      { inputRequests: { q: { method: 'elicitation/create', params: { mode: 'url' } } } },
      'refused the call: A question with a page to visit has no URL.',
    ],
    [
      'the model, which it may not',
      { inputRequests: { q: sampling } },
      'refused the call: It needs an answer of the model: There is no run whose model can be asked.',
    ],
  ])('that asks for %s is an error for the model', async (_name, fields, expected) => {
    const scripted = new ScriptedServer({ 'tools/call': () => required(fields) });
    await using user = await openServer(mountScripted(scripted, NEWER), {
      askUser: async () => ({ action: 'accept' }),
    });
    expect(await user.call('work')).toMatchObject({ message: `The server \`s\` ${expected}` });
  });

  test('that never has enough ends', async () => {
    const scripted = new ScriptedServer({
      'tools/call': () => required({ inputRequests: { q: elicitation('More?') } }),
    });
    await using user = await openServer(mountScripted(scripted, NEWER), person('A', []));
    expect(await user.call('work')).toMatchObject({
      message: expect.stringContaining('still asks for something after 20 answers'),
    });
    expect(scripted.count('tools/call')).toBe(21);
  });

  test('that is aborted while the user is asked is not made again', async () => {
    const ending = new AbortController();
    const scripted = new ScriptedServer({
      'tools/call': () => required({ inputRequests: { q: elicitation('Which?') } }),
    });
    await using user = await openServer(mountScripted(scripted, NEWER), {
      askUser: async () => {
        ending.abort(new Error('enough'));
        return { action: 'cancel' };
      },
    });
    const result = await user.call('work', {}, { signal: ending.signal });
    expect([result, scripted.count('tools/call')]).toEqual([new Error('enough'), 1]);
  });
});

test('a resource may ask first, too', async () => {
  const rounds = [
    required({ inputRequests: { q: elicitation('Which?') } }),
    { result: { contents: [{ uri: 'a:b', text: 'x' }] } },
  ];
  const scripted = new ScriptedServer({ 'resources/read': () => rounds.shift() });
  const server = mountScripted(scripted, NEWER);
  await using _user = await openServer(server, person('A', []));
  const connection = await server.connection();
  expect(await connection.readResource('a:b', new AbortController().signal)).toEqual([{ uri: 'a:b', text: 'x' }]);
});
