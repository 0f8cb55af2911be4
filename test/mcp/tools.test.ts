// Owns claims about the tools of a server: their names, which are offered, which need an approval, which are dropped.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToolContext } from '../../src/index.ts';
import type { ServerTool } from '../../src/mcp/read-tools.ts';
import { readTools } from '../../src/mcp/read-tools.ts';
import { exposedName, isListed } from '../../src/mcp/tool-names.ts';
import { Validator } from '../../src/schema/validator.ts';

describe('a name', () => {
  test.each([
    ['files', 'read_file', 'files__read_file'],
    ['my-files', 'read-file', 'my-files__read-file'],
    ['files', 'x'.repeat(57), `files__${'x'.repeat(57)}`],
    ['files', 'read file', 'files__read_file_bbd14d'],
    ['files', 'read.file', 'files__read_file_c214cb'],
    ['files', `${'x'.repeat(49)}.`, `files__${'x'.repeat(49)}__13ca08`],
    ['9', 'a', '_9__a_2462b0'],
    ['files', 'x'.repeat(58), `files__${'x'.repeat(21)}_${'x'.repeat(28)}_efd8a9`],
  ])('of %s and %s is %s', (server, tool, name) => {
    expect(exposedName(server, tool)).toBe(name);
  });

  test('is always one that vLLM takes, and two never become one', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 140 });
    fc.assert(
      fc.property(word, word, word, (server, one, other) => {
        const name = exposedName(server, one);
        expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
        expect(exposedName(server, one)).toBe(name);
        if (one !== other) expect(exposedName(server, other)).not.toBe(name);
      }),
    );
  });

  test('that is long keeps both its ends', () => {
    const name = exposedName('server', `get_${'x'.repeat(100)}_by_id`);
    expect(name).toMatch(/^server__get_x+_x+_by_id_[0-9a-f]{6}$/);
  });

  test.each([
    ['get_a', ['get_*'], true],
    ['get_a', ['a', '*_b'], false],
    ['a.b', ['a?b', 'a.b'], true],
    ['axb', ['a.b'], false],
    ['a', [], false],
    ['line\nbreak', ['line*'], true],
    ['ab', ['a'], false],
  ])('%s in %j: %s', (name, patterns, isIn) => {
    expect(isListed(name, patterns)).toBe(isIn);
  });
});

describe('tools', () => {
  const entry = (name: string, annotations?: object) => ({ name, inputSchema: { type: 'object' }, annotations });
  const read = (listed: unknown[], config: object = {}) =>
    readTools(listed, { server: 's', config: { command: 'x', ...config }, call: async () => '' });

  test('are allowed, denied and renamed by their raw names', async () => {
    const { tools } = await read([entry('a'), entry('b'), entry('bc'), entry('d')], {
      allow: ['a', 'b*'],
      deny: ['bc'],
      rename: { a: 'first' },
    });
    expect(tools.map(({ name }) => name)).toEqual(['first', 's__b']);
  });

  test.each([
    ['hints', [false, true, false, false]],
    ['always', [true, true, true, true]],
    ['never', [false, false, false, false]],
  ])('with the approval %s ask when they are to', async (approval, asks) => {
    const { tools } = await read(
      [
        entry('a'),
        entry('b', { destructiveHint: true }),
        entry('c', { destructiveHint: true, readOnlyHint: true }),
        entry('d', { destructiveHint: 'yes' }),
      ],
      { approval },
    );
    expect(tools.map(({ needsApproval }) => needsApproval)).toEqual(asks);
  });

  test('that only read may run again', async () => {
    const { tools } = await read([entry('a'), entry('b', { readOnlyHint: true }), entry('c', { readOnlyHint: 'yes' })]);
    expect(tools.map(({ isReadOnly, isRepeatable }) => [isReadOnly, isRepeatable])).toEqual([
      [false, false],
      [true, false],
      [false, false],
    ]);
  });

  test('run again after a crash only when a hint says that they may', async () => {
    const { tools } = await read([
      entry('a'),
      entry('b', { idempotentHint: true }),
      entry('c', { readOnlyHint: true }),
      entry('d', { readOnlyHint: 'yes' }),
    ]);
    expect(tools.map(({ isIdempotent }) => isIdempotent)).toEqual([false, true, true, false]);
  });

  test('change their hash with each part of their description, and with nothing else', async () => {
    const hash = async (more: object) => (await read([{ ...entry('a'), ...more }])).hashes.get('s__a');
    const changes = [
      { description: 'x' },
      { description: 'y' },
      { title: 'x' },
      { inputSchema: { type: 'object', required: ['a'] } },
      { outputSchema: { type: 'object' } },
      { annotations: { readOnlyHint: true } },
    ];
    expect(new Set(await Promise.all([hash({}), ...changes.map(hash)])).size).toBe(changes.length + 1);
    expect(await hash({ _meta: { at: 1 } })).toBe(await hash({}));
  });

  test.each<[string, object, string]>([
    ['their description', { description: ' It reads. ', title: 'Read' }, 'It reads.'],
    ['their description without halves of characters', { description: 'a\ud800' }, 'a\ufffd'],
    [
      'the beginning of a description without end',
      { description: 'x'.repeat(9000) },
      `${'x'.repeat(8000)} (cut: it is 9000 characters long)`,
    ],
    ['else their title', { description: ' ', title: 'Read' }, 'Read'],
    ['else the title of their hints', { annotations: { title: 'Read it' } }, 'Read it'],
    ['else their name', {}, 'The tool a of the server s.'],
  ])('are described to the model by %s', async (_name, more, description) => {
    expect((await read([{ ...entry('a'), ...more }])).tools.map((tool) => tool.description)).toEqual([description]);
  });

  test.each<[string, unknown, string]>([
    ['without a name', { description: 'x' }, 'an entry without a name'],
    ['that is no object', 7, 'an entry without a name'],
    ['that is listed twice', entry('good'), 'good: it is listed twice'],
    ['whose schema is text', { name: 'a', inputSchema: 'x' }, 'a: its input schema is not an object'],
    [
      'whose schema refers elsewhere',
      { name: 'a', inputSchema: { properties: { b: { $ref: 'https://example.com/b.json' } } } },
      'a: its input schema refers to another document',
    ],
    [
      'whose schema is too long',
      { name: 'a', inputSchema: { description: 'x'.repeat(300_000) } },
      'a: its input schema is longer than 262144 characters',
    ],
    [
      'whose schema is a list',
      { name: 'a', inputSchema: { type: 'array' } },
      'a: The schema of tool `s__a` is array at its root: wrap it in z.object({ … }).',
    ],
    [
      'whose schema is not valid',
      { name: 'a', inputSchema: { required: 'b' } },
      'a: The schema of tool `s__a` is not a valid JSON Schema (2020-12): schema is invalid: data/required must be array.',
    ],
    [
      'whose schema does not compile',
      { name: 'a', inputSchema: { properties: { b: { $ref: '#/none' } } } },
      "a: The schema of tool `s__a` is not a valid JSON Schema (2020-12): can't resolve reference #/none from id #.",
    ],
  ])('%s are dropped alone, with the reason', async (_name, malformed, reason) => {
    const { tools, dropped } = await read([entry('good'), malformed, entry('last')]);
    expect(tools.map(({ name }) => name)).toEqual(['s__good', 's__last']);
    expect(dropped).toEqual([reason]);
  });

  test.each(['^[\\w-.]+$', '\\A[a-z]\\Z', '(?i)abc', '(?P<year>\\d{4})', '^(a+)+$', '(?<=a)b', '[', '*'])(
    'with the pattern %s are kept and checked, whatever dialect it is and however long it could take',
    async (pattern) => {
      const schema = { type: 'object', properties: { a: { type: 'string', pattern } }, required: ['a'] };
      const { tools, dropped } = await read([{ name: 'a', inputSchema: schema, outputSchema: schema }]);
      expect([tools.map(({ name }) => name), dropped]).toEqual([['s__a'], []]);
      await tools[0]?.schema.check({ a: `${'a'.repeat(10_000)}!` });
      expect((await tools[0]?.schema.check({ a: 1 }))?.ok).toBe(false);
    },
  );

  test('of a long list are read in turns with the rest of the program', async () => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    turn();
    const { tools } = await read(Array.from({ length: 1000 }, (_, at) => entry(`t${at}`)));
    isOver = true;
    expect([tools.length, turns >= 49]).toEqual([1000, true]);
  });

  test('without a schema, or with one of an older draft, are shown an object', async () => {
    const schemas = [undefined, {}, { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'x', properties: {} }];
    const { tools } = await read(schemas.map((inputSchema, at) => ({ name: `t${at}`, inputSchema })));
    expect(tools.map(({ schema }) => schema.jsonSchema)).toEqual([
      { type: 'object' },
      { type: 'object' },
      { type: 'object', properties: {} },
    ]);
  });

  test.each<[string, object, Partial<ServerTool>]>([
    ['no hints', {}, { isRepeatable: false, needsTask: false, output: undefined }],
    ['a hint that it is read-only', { annotations: { readOnlyHint: true } }, { isRepeatable: true }],
    ['a hint that it is idempotent', { annotations: { idempotentHint: true } }, { isRepeatable: true }],
    ['a hint that is no boolean', { annotations: { idempotentHint: 'yes' } }, { isRepeatable: false }],
    ['a task that it needs', { execution: { taskSupport: 'required' } }, { needsTask: true }],
    ['a task that it can be', { execution: { taskSupport: 'optional' } }, { needsTask: false }],
    ['an output schema that is none', { outputSchema: 'x' }, { output: undefined }],
  ])('with %s are called so', async (_name, more, expected) => {
    const called: unknown[] = [];
    const { tools } = await readTools([{ ...entry('a'), ...more }], {
      server: 's',
      config: { command: 'x' },
      call: async (tool, args) => called.push(tool, args),
    });
    await tools[0]?.execute({ b: 1 }, {} as ToolContext);
    expect(called).toEqual([expect.objectContaining({ rawName: 'a', ...expected }), { b: 1 }]);
  });

  test('share what checks their results with every other reading of the list', async () => {
    const outputs: unknown[] = [];
    const list = [{ ...entry('a'), outputSchema: { type: 'object', required: ['n'] } }];
    for (const at of [1, 2]) {
      const { tools } = await readTools(structuredClone(list), {
        server: `s${at}`,
        config: { command: 'x' },
        call: async ({ output }) => outputs.push(output),
      });
      await tools[0]?.execute({}, {} as ToolContext);
    }
    expect(outputs).toEqual([expect.any(Validator), outputs[0]]);
    expect(outputs[1]).toBe(outputs[0]);
  });
});
