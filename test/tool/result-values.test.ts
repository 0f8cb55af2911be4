// Owns the table of what a tool may return or throw, and what the model reads of it. Every value goes through a call that runs.

import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { contentParts, defineAgent, defineTool, run, ToolRetry, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { runCall } from '../../src/tool/run-call.ts';

interface Setting {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function callOf(execute: () => unknown, { timeoutMs = 0, signal = new AbortController().signal }: Setting = {}) {
  const tool = defineTool({ name: 'f', description: 'Is tried.', parameters: { type: 'object' }, execute, timeoutMs });
  const controller = new AbortController();
  const { result } = await runCall({
    tool,
    call: {
      type: 'ready',
      key: 'k',
      callId: 'c',
      toolName: 'f',
      arguments: {},
      approvalId: null,
      isSequential: false,
      holdsRun: false,
    },
    args: {},
    context: { signal: controller.signal } as never,
    stop: () => controller.abort(),
    signal,
    emit: () => {},
    keep: () => '',
    now: () => 0,
  });
  return result;
}

/** The call, whether the value is returned at once or comes later. */
async function returned(make: () => unknown): Promise<{ isError: boolean; content: unknown }> {
  const [now, later] = [await callOf(make), await callOf(async () => make())];
  expect(later).toEqual(now);
  return now;
}

class Point {
  readonly x = 1;
  readonly #hidden = 2;
  get sum() {
    return this.x + this.#hidden;
  }
}
class Secret {
  readonly #value = 1;
  get value() {
    return this.#value;
  }
}
class Money {
  readonly #cents = 150;
  toJSON() {
    return { amount: this.#cents / 100 };
  }
}
async function* later(...items: readonly unknown[]) {
  for (const item of items) yield item;
}
function* several(...items: readonly unknown[]) {
  yield* items;
}
const bytes = (...list: number[]) => Uint8Array.from(list);

const SHOWN: readonly [string, () => unknown, string][] = [
  ['a Map with texts as keys', () => new Map([['a', 1]]), '{"a":1}'],
  [
    'a Map with other keys',
    () =>
      new Map<unknown, unknown>([
        [{ id: 1 }, 'x'],
        ['b', 2],
      ]),
    '[[{"id":1},"x"],["b",2]]',
  ],
  ['an empty Map', () => new Map(), '{}'],
  ['a Set', () => new Set([1, 'b', new Set([2])]), '[1,"b",[2]]'],
  [
    'a Map in a list in an object',
    () => ({ rows: [new Map([['a', new Map([['b', 1]])]])] }),
    '{"rows":[{"a":{"b":1}}]}',
  ],
  ['errors inside', () => ({ e: new RangeError('far') }), '{"e":{"name":"RangeError","message":"far"}}'],
  [
    'what Promise.allSettled gives',
    () => Promise.allSettled([1, Promise.reject(new TypeError('t'))]),
    '[{"status":"fulfilled","value":1},{"status":"rejected","reason":{"name":"TypeError","message":"t"}}]',
  ],
  [
    'an AggregateError inside',
    () => [new AggregateError([new Error('one')], 'all')],
    '[{"name":"AggregateError","message":"all","errors":[{"name":"Error","message":"one"}]}]',
  ],
  [
    'an error that holds a request',
    () => ({ e: Object.assign(new Error('401'), { config: { key: 'secret' }, toJSON: () => 'secret' }) }),
    '{"e":{"name":"Error","message":"401"}}',
  ],
  ['a Date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
  ['dates inside', () => [new Date(0), new Date(Number.NaN)], '["1970-01-01T00:00:00.000Z","Invalid Date"]'],
  ['a BigInt', () => 2n ** 70n, '1180591620717411303424'],
  ['a BigInt inside', () => ({ n: 10n }), '{"n":"10"}'],
  ['numbers that JSON lacks', () => [Number.NaN, Number.POSITIVE_INFINITY, -0], '["NaN","Infinity",0]'],
  ['NaN', () => Number.NaN, 'NaN'],
  ['boxed values', () => [Object(1), Object('a'), Object(false), Object(3n)], '[1,"a",false,"3"]'],
  ['bytes that are text', () => Buffer.from('é — ok\n'), 'é — ok\n'],
  ['an ArrayBuffer and a view of it', () => [bytes(104, 105).buffer, new DataView(bytes(104).buffer)], '["hi","h"]'],
  ['shared memory', () => new Uint8Array(new SharedArrayBuffer(1)).fill(65), 'A'],
  ['arrays of larger numbers', () => [new Float32Array([0.5]), new BigInt64Array([1n])], '[[0.5],["1"]]'],
  ['a Blob and a File', () => [new Blob(['a', 'b']), new File(['c'], 'c.txt')], '["ab","c"]'],
  ['a URL', () => new URL('http://a/b?c'), 'http://a/b?c'],
  [
    'a URL and its parameters inside',
    () => [new URL('http://a/'), new URLSearchParams('a=1&b')],
    '["http://a/","a=1&b="]',
  ],
  ['a RegExp', () => ({ r: /a+/g }), '{"r":"/a+/g"}'],
  [
    'functions and symbols beside data',
    () => ({ a: 1, f() {}, s: Symbol('x') }),
    '{"a":1,"f":"(a function)","s":"(a symbol)"}',
  ],
  ['an instance', () => new Point(), '{"x":1}'],
  ['an instance with toJSON', () => ({ price: new Money() }), '{"price":{"amount":1.5}}'],
  [
    'a getter',
    () => ({
      get a() {
        return [1];
      },
    }),
    '{"a":[1]}',
  ],
  ['a generator', () => several(1, new Map([['a', 1]])), '[1,{"a":1}]'],
  [
    'an iterator inside',
    () => ({ at: [1, 2].values(), of: new Map([['a', 1]]).entries() }),
    '{"at":[1,2],"of":[["a",1]]}',
  ],
  [
    'an iterable object',
    () => ({
      *[Symbol.iterator]() {
        yield 'x';
      },
    }),
    '["x"]',
  ],
  ['an async generator', () => later('a', { b: 1 }), '["a",{"b":1}]'],
  ['an empty async generator', () => later(), '[]'],
  ['async generators inside', () => ({ a: later(1, later(2)), z: 1 }), '{"a":[1,[2]],"z":1}'],
  ['bytes of an async generator', () => later(bytes(0xc3), bytes(0xa9)), 'é'],
  ['a ReadableStream', () => new Blob(['stream']).stream(), 'stream'],
  ['a ReadableStream of texts', () => ReadableStream.from(['a', 'b']), 'ab'],
  ['a ReadableStream of objects', () => ReadableStream.from([{ a: 1 }]), '[{"a":1}]'],
  ['a stream of Node', () => Readable.from([Buffer.from('a'), 'b']), 'ab'],
  ['a stream of Node without data', () => Readable.from([], { objectMode: false }), '(no output)'],
  ['a Response', () => new Response('the page'), 'the page'],
  ['a Response without a body', () => new Response(null, { status: 204 }), '(no output)'],
  [
    'a Response that failed',
    () => new Response('gone', { status: 404, statusText: 'Not Found' }),
    '{"status":404,"statusText":"Not Found","body":"gone"}',
  ],
  ['a Response inside', () => [Response.json({ a: 1 })], '["{\\"a\\":1}"]'],
  ['Headers', () => new Headers({ B: '2', a: '1' }), '{"a":"1","b":"2"}'],
  [
    'FormData',
    () => {
      const form = new FormData();
      form.set('a', '1');
      return form;
    },
    '[["a","1"]]',
  ],
  [
    'promises inside',
    () => ({ a: Promise.resolve(new Set([1])), b: [Promise.resolve(undefined)] }),
    '{"a":[1],"b":[null]}',
  ],
  ['what is undefined', () => ({ a: undefined, b: [undefined], c: 1 }), '{"b":[null],"c":1}'],
  ['fields that are all undefined', () => ({ a: undefined }), '{"a":null}'],
  // biome-ignore lint/suspicious/noSparseArray: it is what is tried
  ['a list with holes', () => [1, , 2], '[1,null,2]'],
  ['an object that inherits nothing', () => Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ['empty data', () => ({ a: {}, b: [] }), '{"a":{},"b":[]}'],
  [
    'the same object twice',
    () => {
      const one = { a: 1 };
      return [one, one];
    },
    '[{"a":1},{"a":1}]',
  ],
  ['a proxy', () => new Proxy({ a: [1] }, {}), '{"a":[1]}'],
  [
    'arguments',
    () =>
      (function of(..._given: unknown[]) {
        // biome-ignore lint/complexity/noArguments: they are what is tried
        return arguments;
      })(1, 2),
    '[1,2]',
  ],
  [
    'a Map of another realm',
    () => runInNewContext('new Map([["a", new Date(0)]])'),
    '{"a":"1970-01-01T00:00:00.000Z"}',
  ],
  ['empty content parts', () => contentParts([]), '(no output)'],
  ['null', () => null, 'null'],
  ['nothing', () => undefined, '(no output)'],
];

test.each(SHOWN)('%s is shown as what it is', async (_name, make, content) => {
  expect(await returned(make)).toEqual({ isError: false, content });
});

const deep = (): unknown => {
  let value: unknown = [];
  for (let level = 0; level < 20_000; level++) value = [value];
  return value;
};
const cycle = () => {
  const list: unknown[] = [];
  list.push({ list });
  return { list };
};
const read = () => {
  const stream = new Blob(['a']).stream();
  stream.getReader();
  return stream;
};
function throwing(error: unknown): never {
  throw error;
}
const PLAIN = 'return the fields that matter, as plain data';

const REFUSED: readonly [string, () => unknown, string, string][] = [
  ['a function', () => () => 1, 'it is a function', 'return the result of the function, or text'],
  ['a class', () => Point, 'it is a function', 'return the result of the function, or text'],
  ['a symbol', () => Symbol('x'), 'it is a symbol', 'return the result of the function, or text'],
  ['a cycle', cycle, '`list[0].list` is an object that it is itself a part of (a cycle)', PLAIN],
  [
    'a Map in itself',
    () => {
      const map = new Map();
      return map.set('a', map);
    },
    '`a` is an object that it is itself a part of (a cycle)',
    PLAIN,
  ],
  ['a WeakMap', () => ({ a: new WeakMap() }), '`a` is a collection that cannot be listed', PLAIN],
  [
    'a WeakSet and a WeakRef',
    () => [new WeakRef({}), new WeakSet()],
    '`[0]` is a collection that cannot be listed',
    PLAIN,
  ],
  [
    'an instance without fields',
    () => ({ 'a b': [new Secret()] }),
    '`["a b"][0]` is an object (Secret) that shows none of its fields',
    `${PLAIN}, or give it a method \`toJSON\``,
  ],
  [
    'hidden fields alone',
    () => ({ [Symbol('a')]: 1 }),
    'it is an object (Object) that shows none of its fields',
    `${PLAIN}, or give it a method \`toJSON\``,
  ],
  [
    'bytes that are no text',
    () => ({ image: Buffer.from([0x89, 0x50, 0, 1]) }),
    '`image` is binary data (4 bytes), which is not text',
    'return text, an array of numbers, or `contentParts` with an image',
  ],
  [
    'a Blob that is no text',
    () => new Blob([bytes(0xff, 0xfe)]),
    'it is binary data (2 bytes), which is not text',
    'return text, an array of numbers, or `contentParts` with an image',
  ],
  ['a Request', () => new Request('http://a/'), 'it is a request that was not sent', 'return the response to it'],
  [
    'a Response that was read',
    async () => {
      const response = new Response('a');
      await response.text();
      return { response };
    },
    '`response` is a response whose body was read already',
    'return what was read',
  ],
  ['a stream that is being read', read, 'it is a stream that is being read already', 'return what was read'],
  [
    'content parts inside',
    () => ({ parts: contentParts([]) }),
    '`parts` is content parts inside other data',
    'return `contentParts` alone, with the data as one of its texts',
  ],
  [
    'a getter that throws',
    () => ({
      a: {
        get b() {
          return throwing(new RangeError('no'));
        },
      },
    }),
    '`a.b` is a value that throws when it is read (RangeError: no)',
    PLAIN,
  ],
  [
    'a toJSON that throws',
    () => [{ toJSON: () => throwing('x') }],
    '`[0]` is a value that throws when it is read (what it threw is no error)',
    PLAIN,
  ],
  [
    'a proxy that throws',
    () => ({ p: new Proxy({}, { ownKeys: () => throwing(new Error('shut')) }) }),
    '`p` is a value that throws when it is read (Error: shut)',
    PLAIN,
  ],
  [
    'a proxy that was revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return [proxy];
    },
    "`[0]` is a value that throws when it is read (TypeError: Cannot perform 'IsArray' on a proxy that has been revoked)",
    PLAIN,
  ],
  [
    'a generator without an end',
    function* () {
      for (;;) yield 1;
    },
    'it is a stream or an iterator with more than 100000 values or 16777216 bytes, or without an end',
    'return a part of it',
  ],
  [
    'an async generator without an end',
    async function* () {
      for (;;) yield 1;
    },
    'it is a stream or an iterator with more than 100000 values or 16777216 bytes, or without an end',
    'return a part of it',
  ],
  [
    'a list of a length that memory does not hold',
    () => new Array(4_000_000_000),
    'it is a list of 4000000000 values',
    'return a part',
  ],
];

test.each(REFUSED)('%s is refused in words, with its place and the remedy', async (_name, make, what, remedy) => {
  const content = `The tool \`f\` ran, but its result cannot be shown: ${what}. Remedy for its author: ${remedy}. The same call will end the same way.`;
  expect(await returned(make)).toEqual({ isError: true, content });
});

test('data that is nested too deeply, or shares its parts too often, is refused', async () => {
  let wide: unknown = [1];
  for (let level = 0; level < 40; level++) wide = [wide, wide];
  const [nested, shared] = [await callOf(deep), await callOf(() => wide)];
  expect([nested.isError, shared.isError]).toEqual([true, true]);
  expect(nested.content).toContain('is nested deeper than 500 levels. Remedy for its author: return less.');
  expect(shared.content).toContain('is beyond 2000000 values. Remedy for its author: return a part.');
});

const THROWN: readonly [string, unknown, string][] = [
  ['undefined', undefined, 'Error: the tool threw `undefined`, which does not say what is wrong.'],
  ['null', null, 'Error: the tool threw `null`, which does not say what is wrong.'],
  ['a text', 'no such city', 'Error: no such city'],
  ['an empty text', '', 'Error: the tool threw an empty text, which does not say what is wrong.'],
  ['a number', 404, 'Error: 404'],
  ['a BigInt', 5n, 'Error: 5'],
  ['an object', { code: 7, at: new Map([['a', 1]]) }, 'Error: {"code":7,"at":{"a":1}}'],
  ['an error', new RangeError('far'), 'RangeError: far'],
  ['an error without a message', new TypeError(), 'TypeError: (no message)'],
  [
    'an error with its cause',
    new TypeError('fetch failed', { cause: new Error('refused') }),
    'TypeError: fetch failed (refused)',
  ],
  [
    'an error that tells its cause',
    new Error('it was refused', { cause: new Error('refused') }),
    'Error: it was refused',
  ],
  ['an error without a name', Object.assign(new Error('a'), { name: undefined }), 'Error: a'],
  ['an error of another realm', runInNewContext('new RangeError("far")'), 'RangeError: far'],
  ['a ToolRetry', new ToolRetry('Say which unit.'), 'Say which unit.'],
  ['an empty ToolRetry', new ToolRetry(''), 'The tool `f` asks to try again, without saying how.'],
  [
    'a function',
    () => 1,
    'Error: the tool threw a value that cannot be shown: it is a function. Remedy for its author: return the result of the function, or text.',
  ],
  [
    'a symbol',
    Symbol('x'),
    'Error: the tool threw a value that cannot be shown: it is a symbol. Remedy for its author: return the result of the function, or text.',
  ],
  ['a promise', Promise.resolve(1), 'Error: the tool threw [object Promise], which does not say what is wrong.'],
  ['a Response', new Response('a'), 'Error: the tool threw [object Response], which does not say what is wrong.'],
  [
    'an error whose message throws',
    Object.defineProperty(new Error('a'), 'message', { get: () => throwing(1) }),
    'Error: the tool threw a value that cannot be read.',
  ],
  [
    'a proxy that throws',
    new Proxy({}, { get: () => throwing(1), getPrototypeOf: () => throwing(1) }),
    'Error: the tool threw a value that cannot be read.',
  ],
];

describe('what is thrown says what it can', () => {
  test.each(THROWN)('%s', async (_name, thrown, content) => {
    expect(await returned(() => throwing(thrown))).toEqual({ isError: true, content });
  });

  test.each<[string, () => unknown]>([
    ['returned', () => new RangeError('far')],
    [
      'thrown by a generator',
      function* () {
        yield throwing(new RangeError('far'));
      },
    ],
    [
      'thrown by an async generator',
      async function* () {
        yield throwing(new RangeError('far'));
      },
    ],
    [
      'thrown by a generator inside',
      () => ({
        a: (function* () {
          yield throwing(new RangeError('far'));
        })(),
      }),
    ],
    ['of a stream', () => new ReadableStream({ start: (controller) => controller.error(new RangeError('far')) })],
    [
      'of a stream of Node',
      () =>
        new Readable({
          read() {
            this.destroy(new RangeError('far'));
          },
        }),
    ],
    ['of a promise inside', () => ({ a: Promise.reject(new RangeError('far')) })],
  ])('an error %s is a failure', async (_name, make) => {
    expect(await returned(make)).toEqual({ isError: true, content: 'RangeError: far' });
  });

  test('a ToolRetry of a generator is one', async () => {
    const make = async function* () {
      yield 1;
      throw new ToolRetry('Say which unit.');
    };
    expect(await returned(make)).toEqual({ isError: true, content: 'Say which unit.' });
  });

  test.each<[unknown, string]>([
    ['text', '`contentParts` takes a list of parts.'],
    [
      [
        { type: 'text', text: 'a' },
        { type: 'image', url: 'b' },
      ],
      '`contentParts`: part 1 is neither',
    ],
    [[null], '`contentParts`: part 0 is neither'],
  ])('content parts that are none: %j', async (parts, message) => {
    const { isError, content } = await callOf(() => contentParts(parts as never));
    expect([isError, String(content).slice(0, 'TypeError: '.length + message.length)]).toEqual([
      true,
      `TypeError: ${message}`,
    ]);
  });
});

describe('reading a result that never ends is over', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A source that gives one value and then nothing; tells whether it was closed. */
  function endless() {
    let isClosed = false;
    const close = () => {
      isClosed = true;
    };
    const stream = new ReadableStream({ start: (controller) => controller.enqueue('a'), cancel: close });
    const iterator = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          close();
          return { done: true, value: undefined };
        },
      }),
    };
    const node = new Readable({ read() {}, destroy: (_error, done) => done(void close()) });
    return { stream, iterator, node, promise: { a: new Promise(() => {}) }, isClosed: () => isClosed };
  }

  test.each(['stream', 'iterator', 'node'] as const)('with the time limit, and closes it: %s', async (kind) => {
    vi.useFakeTimers();
    const source = endless();
    const calling = callOf(() => ({ a: source[kind] }), { timeoutMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    const content = 'The tool took longer than its limit of 50 ms and was stopped.';
    expect([await calling, source.isClosed()]).toEqual([{ isError: true, content }, true]);
  });

  test.each(['stream', 'iterator', 'node', 'promise'] as const)('when the run is cancelled: %s', async (kind) => {
    const controller = new AbortController();
    const source = endless();
    const calling = callOf(() => source[kind], { signal: controller.signal });
    setImmediate(() => controller.abort());
    expect((await calling).content).toBe(
      'The run was cancelled while this call ran; whether it took effect is not known.',
    );
    expect(source.isClosed()).toBe(kind !== 'promise');
  });
});

test('a whole run shows a Map, an error and a refusal', async () => {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  const tools = [() => new Map([['a', 1]]), () => new Error('gone'), () => new WeakMap()].map((execute, at) =>
    defineTool({ name: `t${at}`, description: 'Is tried.', parameters: { type: 'object', properties: {} }, execute }),
  );
  vllm.script(answer({ toolCalls: tools.map(({ name }) => ({ name, arguments: {} })) }), answer({ content: 'ok' }));
  const { messages } = await run(defineAgent({ name: 'a', tools }), 'x', { client });
  expect(messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
    '{"a":1}',
    'Error: gone',
    'The tool `t2` ran, but its result cannot be shown: it is a collection that cannot be listed. Remedy for its author: return the fields that matter, as plain data. The same call will end the same way.',
  ]);
});
