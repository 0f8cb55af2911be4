// Owns claims about offering tools by search: when, what the model is shown, and that a found tool is called as any other.

import { describe, expect, test } from 'vitest';
import type { Tool, ToolContext } from '../../src/index.ts';
import { defineTool, ToolRetry } from '../../src/index.ts';
import type { ToolSearchMode } from '../../src/tool/tool-search.ts';
import { createToolSearch } from '../../src/tool/tool-search.ts';

const FREE = () => false;
const CONTEXT = { toolName: 'call_tool', messages: [] } as unknown as ToolContext; // the tools use no more of it

function tool(name: string, description = `Does ${name}.`, more: object = {}): Tool {
  const parameters = {
    type: 'object',
    properties: { path: { type: 'string' }, depth: { type: 'integer' } },
    required: ['path'],
  };
  const execute = (args: unknown, { toolName }: ToolContext) => `${toolName} ${JSON.stringify(args)}`;
  return defineTool({ name, description, parameters, timeoutMs: 0, execute, ...more } as never);
}

const names = (tools: readonly Tool[]) => tools.map(({ name }) => name);
const LIST = [
  tool('files__readFile', 'Gives the content of one document.'),
  tool('files__delete_file', 'Removes it for ever.', { needsApproval: true }),
  tool('git__log', 'Shows who changed what, and when.'),
  tool('weather__forecast', 'Says whether it rains.'),
];

/** A search over the list, with its two tools. */
async function searching(list: readonly Tool[] = LIST, mode: ToolSearchMode = 'on') {
  const search = createToolSearch({ mode, contextTokens: async () => undefined });
  const offered = await search.offer(list, FREE);
  const byName = (name: string): Tool => {
    const found = offered.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not offered`);
    return found;
  };
  const run = async (name: string, args: unknown): Promise<unknown> => {
    try {
      return await byName(name).execute(args, CONTEXT);
    } catch (error) {
      return error;
    }
  };
  return { search, offered, byName, run };
}

describe('tools', () => {
  const sized = (chars: number) => [tool('a', 'x'.repeat(chars)), tool('b', 'y')];
  // A definition has its name and its schema too.
  test.each<[string, ToolSearchMode, readonly Tool[], number | undefined, boolean]>([
    ['that are few', 'auto', sized(5000), 1000, false],
    ['that are few and to be searched', 'on', sized(10), undefined, true],
    ['that are more than a tenth of the context', 'auto', sized(9000), 20_000, true],
    ['that are less than a tenth of the context', 'auto', sized(7000), 20_000, false],
    ['that are many in a context of unknown size', 'auto', sized(900_000), undefined, false],
    ['that are many and not to be searched', 'off', sized(900_000), 1000, false],
    ['of which one alone can be searched', 'on', [tool('a')], undefined, false],
    ['of which one has a name that is needed', 'on', [tool('a'), tool('b'), tool('call_tool')], undefined, false],
  ])('%s, with `toolSearch` %s', async (_name, mode, tools, tokens, isSearched) => {
    const search = createToolSearch({ mode, contextTokens: async () => tokens });
    const offered = await search.offer(tools, FREE);
    expect(names(offered)).toEqual(isSearched ? ['find_tools', 'call_tool'] : names(tools));
  });

  test('are offered as they are when the agent has a tool of a name that is needed', async () => {
    const search = createToolSearch({ mode: 'on', contextTokens: async () => undefined });
    expect(await search.offer(LIST, (name) => name === 'find_tools')).toBe(LIST);
  });

  test('that have limits or an order of their own are offered beside', async () => {
    const own = [
      tool('slow', 'x', { timeoutMs: 1000 }),
      tool('one', 'x', { sequential: true }),
      tool('long', 'x', { maxResultChars: 500 }),
    ];
    const { offered } = await searching([...own, ...LIST]);
    expect(names(offered)).toEqual(['slow', 'one', 'long', 'find_tools', 'call_tool']);
  });

  test('once searched stay so, with the same definitions, whatever the list becomes', async () => {
    let asked = 0;
    const contextTokens = async () => {
      asked++;
      return 20_000;
    };
    const search = createToolSearch({ mode: 'auto', contextTokens });
    const few = [tool('c'), tool('d')];
    const before = await search.offer(few, FREE);
    const large = await search.offer(sized(9000), FREE);
    const after = await search.offer(few, FREE);
    expect([names(before), names(large)]).toEqual([
      ['c', 'd'],
      ['find_tools', 'call_tool'],
    ]);
    expect(after.map((one, at) => one === large[at])).toEqual([true, true]);
    expect([asked, search.find('c')?.name, search.find('a')]).toEqual([1, 'c', undefined]);
  });
});

describe('finding', () => {
  test.each<[string, object, readonly string[]]>([
    ['a word of a name', { query: 'delete' }, ['files__delete_file']],
    ['a word inside a name', { query: 'read' }, ['files__readFile']],
    ['the beginning of a word', { query: 'fore' }, ['weather__forecast']],
    ['a description', { query: 'Who changed this?' }, ['git__log']],
    ['a whole name before all else', { query: 'git__log', most: 1 }, ['git__log']],
    ['at most so many', { query: 'path', most: 2 }, ['files__readFile', 'files__delete_file']],
  ])('is by %s', async (_name, args, expected) => {
    const { run } = await searching();
    const text = String(await run('find_tools', args));
    const found = [...text.matchAll(/^(\w+): /gm)].map(([, name]) => name);
    expect(found).toEqual(expected);
  });

  test('shows what is needed to call a tool', async () => {
    const { run } = await searching();
    const schema =
      '{"type":"object","properties":{"path":{"type":"string"},"depth":{"type":"integer"}},"required":["path"]}';
    expect(await run('find_tools', { query: 'rain' })).toBe(
      `weather__forecast: Says whether it rains.\nArguments, as a JSON Schema: ${schema}\n\nCall one with call_tool.`,
    );
  });

  test('of nothing says what there is', async () => {
    const { run } = await searching();
    expect(await run('find_tools', { query: 'zzz' })).toBe(`No tool matches. There are: ${names(LIST).join(', ')}.`);
  });

  test('is among the tools of a list that has changed', async () => {
    const { search, run } = await searching();
    await search.offer([...LIST, tool('maps__route', 'Leads the way.')], FREE);
    expect(String(await run('find_tools', { query: 'way' }))).toMatch(/^maps__route: /);
  });
});

describe('calling', () => {
  test('runs the tool with its own name and checked arguments', async () => {
    const { run } = await searching();
    const args = { path: 'a', depth: '3' };
    expect(await run('call_tool', { name: 'git__log', arguments: args })).toBe('git__log {"path":"a","depth":3}');
  });

  test.each<[string, object, RegExp]>([
    ['of no such tool', { name: 'nope', arguments: {} }, /^There is no tool `nope`: find one with find_tools\.$/],
    [
      'with other arguments',
      { name: 'git__log', arguments: { depth: 'x' } },
      /^`git__log` did not run: its arguments do not fit\.\n[\s\S]*path[\s\S]*They are, as a JSON Schema: \{/,
    ],
    ['without arguments', { name: 'git__log' }, /^`git__log` did not run/],
  ])('%s says what is wrong', async (_name, args, message) => {
    const { run } = await searching();
    const error = await run('call_tool', args);
    expect(error).toBeInstanceOf(ToolRetry);
    expect((error as Error).message).toMatch(message);
  });

  test('needs the approval that the tool needs', async () => {
    const judged: unknown[] = [];
    const judging = tool('judges', 'x', {
      needsApproval: (args: unknown, { toolName }: ToolContext) => {
        judged.push([args, toolName]);
        return true;
      },
    });
    const { byName } = await searching([...LIST, judging]);
    const { needsApproval } = byName('call_tool');
    const ask = (name: string, args: unknown) =>
      typeof needsApproval === 'function' ? needsApproval({ name, arguments: args }, CONTEXT) : needsApproval;
    expect([
      await ask('files__delete_file', { path: 'a' }),
      await ask('git__log', { path: 'a' }),
      await ask('judges', { path: 'a' }),
      await ask('judges', { depth: {} }),
      await ask('nope', {}),
    ]).toEqual([true, false, true, false, false]);
    expect(judged).toEqual([[{ path: 'a' }, 'judges']]);
  });
});
