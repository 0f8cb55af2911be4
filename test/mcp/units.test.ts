// Owns claims about the parts of mounting that need no server: configurations, files, placeholders, names, results.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tried
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { contentParts, DefinitionError, defineAgent, mcpServersFrom, ToolRetry, VllmError } from '../../src/index.ts';
import { readResult } from '../../src/mcp/call-result.ts';
import { expandConfig } from '../../src/mcp/expand.ts';
import { guardedFetch } from '../../src/mcp/guarded-fetch.ts';
import { createLineReader } from '../../src/mcp/line-reader.ts';
import { readTools } from '../../src/mcp/read-tools.ts';
import { checkServerConfig } from '../../src/mcp/server-config.ts';
import { exposedName, isListed } from '../../src/mcp/tool-names.ts';

describe('a configuration', () => {
  test.each<[string, unknown, RegExp]>([
    ['nothing', {}, /either a `command` to start or a `url`/],
    ['both', { command: 'a', url: 'http://x' }, /either/],
    ['an unknown field', { command: 'a', comand: 'b' }, /no field `comand`/],
    ['a field of the other kind', { command: 'a', headers: {} }, /no field `headers`/],
    ['a type of the other kind', { command: 'a', type: 'http' }, /`type` is "http"; it is to be stdio/],
    ['a URL that is none', { url: 'nope' }, /`url` is no URL/],
    ['a URL of another kind', { url: 'file:///etc/passwd' }, /must begin with http/],
    ['a URL with a password', { url: 'https://me:hunter2@example.com' }, /holds a user or password/],
    ['args that are no list', { command: 'a', args: 'b' }, /`args` is to be a list/],
    ['env that is no text', { command: 'a', env: { A: 1 } }, /`env` is to be an object of texts/],
    ['a time limit of 0', { command: 'a', timeoutMs: 0 }, /`timeoutMs` is to be a number above 0/],
    ['an approval that is none', { command: 'a', approval: 'maybe' }, /`approval` is to be/],
  ])('with %s is an error that names the server and the field', (_name, config, reason) => {
    expect(() => checkServerConfig('files', config)).toThrow(DefinitionError);
    expect(() => checkServerConfig('files', config)).toThrow(reason);
    expect(() => checkServerConfig('files', config)).toThrow(/`files`/);
    expect(() => checkServerConfig('files', config)).not.toThrow(/hunter2/);
  });

  test('is checked when the agent is defined', () => {
    // @ts-expect-error: what the type forbids
    expect(() => defineAgent({ name: 'a', mcpServers: { x: { comand: 'y' } } })).toThrow(/MCP server `x`/);
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (text: string): string => {
    const path = join(folder, 'mcp.json');
    writeFileSync(path, text);
    return path;
  };

  test('of Claude Desktop or Cursor is read, with comments and trailing commas', () => {
    const path = write(
      '{ /* all */ "mcpServers": { "a": { "command": "x//y", "args": ["/*no*/", "b,]"], }, // one\n } }',
    );
    expect(mcpServersFrom(path)).toEqual({ a: { command: 'x//y', args: ['/*no*/', 'b,]'] } });
  });

  test('of VS Code and of others is read, with what they name otherwise', () => {
    const path = write(
      '{ "inputs": [], "servers": { "a": { "type": "stdio", "command": "x", "alwaysAllow": ["y"] }, "b": { "httpUrl": "http://h/mcp", "timeout": 5 } } }',
    );
    expect(mcpServersFrom(path)).toEqual({
      a: { type: 'stdio', command: 'x' },
      b: { url: 'http://h/mcp', timeoutMs: 5 },
    });
  });

  test.each([
    ['{', /is no JSON/],
    ['[]', /holds no object/],
    ['{}', /has no `mcpServers`/],
    ['{"mcpServers": {"a": {}}}', /MCP server `a`/],
  ])('with %s is an error that names it', (text, reason) => {
    expect(() => mcpServersFrom(write(text))).toThrow(reason);
  });

  test('that is not there is an error that names it', () => {
    expect(() => mcpServersFrom(join(folder, 'none.json'))).toThrow(/none\.json cannot be read/);
  });
});

describe('a placeholder', () => {
  const surroundings = { env: { KEY: 's3cret', EMPTY: '' }, workspaceFolder: '/work', version: '1' };
  const expand = (text: string) => expandConfig('a', { command: 'x', env: { V: text } }, surroundings);

  test.each([
    ['${KEY}', 's3cret'],
    ['${env:KEY}', 's3cret'],
    ['a-${KEY}-${workspaceFolder}', 'a-s3cret-/work'],
    ['${NONE:-default}', 'default'],
    ['${EMPTY:-default}', 'default'],
    ['${NONE:-}', ''],
    ['${EMPTY}', ''],
    ['$KEY', '$KEY'],
  ])('%s becomes %s', (text, value) => {
    expect(expand(text)).toEqual({ command: 'x', env: { V: value } });
  });

  test.each(['${NONE}', '${input:key}', '${a b}'])(
    '%s that stands for nothing names the field, and no value',
    (text) => {
      expect(() => expand(`${'${KEY}'}${text}`)).toThrow(VllmError);
      expect(() => expand(text)).toThrow(/MCP server `a`, `env\.V`/);
      expect(() => expand(`${'${KEY}'}${text}`)).not.toThrow(/s3cret/);
    },
  );

  test('in a URL is looked at when it is filled in', () => {
    const config = checkServerConfig('a', { url: '${URL}' });
    expect(() => expandConfig('a', config, { ...surroundings, env: { URL: 'ftp://x' } })).toThrow(
      /must begin with http/,
    );
  });
});

describe('a name', () => {
  test('that is safe is server__tool', () => {
    expect(exposedName('files', 'read_file')).toBe('files__read_file');
  });

  test('is always one that vLLM takes, and two never become one', () => {
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
  ])('%s in %j: %s', (name, patterns, isIn) => {
    expect(isListed(name, patterns)).toBe(isIn);
  });
});

describe('tools', () => {
  const entry = (name: string, annotations?: object) => ({ name, inputSchema: { type: 'object' }, annotations });
  const read = (listed: unknown[], config: object = {}) =>
    readTools(listed, { server: 's', config: { command: 'x', ...config }, call: async () => '' });

  test('are allowed, denied and renamed by their raw names', () => {
    const { tools } = read([entry('a'), entry('b'), entry('bc'), entry('d')], {
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
  ])('with the approval %s ask when they are to', (approval, asks) => {
    const { tools } = read(
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

  test('change their hash with what they say of themselves', () => {
    const hash = (description: string) => read([{ ...entry('a'), description }]).hashes.get('s__a');
    expect(hash('x')).toBe(hash('x'));
    expect(hash('x')).not.toBe(hash('y'));
  });
});

describe('a result', () => {
  const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more });

  test.each<[string, object, unknown]>([
    ['texts', { content: [text('a'), text('b')] }, 'a\nb'],
    [
      'an image',
      { content: [text('a'), { type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
      contentParts([
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ]),
    ],
    [
      'audio',
      { content: [{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }] },
      '(audio, audio/wav, 3 bytes: not shown)',
    ],
    [
      'a link',
      { content: [{ type: 'resource_link', uri: 'x://y', name: 'n', description: 'd' }] },
      '[resource x://y] n, d',
    ],
    ['an embedded text', { content: [{ type: 'resource', resource: { uri: 'x://y', text: 't' } }] }, '[x://y]\nt'],
    [
      'an embedded blob',
      { content: [{ type: 'resource', resource: { uri: 'x://y', blob: 'AAAA', mimeType: 'application/zip' } }] },
      '(x://y: application/zip, 3 bytes: not shown)',
    ],
    ['structure alone', { content: [], structuredContent: { a: 1 } }, '{"a":1}'],
    ['structure that a text repeats', { content: [text('{ "a": 1 }')], structuredContent: { a: 1 } }, '{ "a": 1 }'],
    ['structure around a text', { content: [text('t')], structuredContent: { content: 't' } }, 't'],
    ['structure that says more', { content: [text('t')], structuredContent: { a: 1 } }, 't\n{"a":1}'],
    ['what is for the user alone', { content: [text('a', { annotations: { audience: ['user'] } }), text('b')] }, 'b'],
    [
      'a MIME type that is none',
      { content: [{ type: 'image', data: 'AA', mimeType: 'x;y"' }] },
      contentParts([{ type: 'image_url', image_url: { url: 'data:application/octet-stream;base64,AA' } }]),
    ],
  ])('with %s is put before the model', (_name, raw, shown) => {
    expect(readResult(raw)).toEqual(shown);
  });

  test('that is an error is thrown with its text', () => {
    expect(() => readResult({ content: [text('disk full')], isError: true })).toThrow(new ToolRetry('disk full'));
  });
});

describe('lines', () => {
  test('are the same at any split, and a long one is cut to its ends', () => {
    const bytes = Buffer.from(`short\r\n${'é'.repeat(5000)} end\n\nlast 🗼\n`);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const reader = createLineReader(6000);
        const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
        const lines = ends.flatMap((end, at) => reader.feed(bytes.subarray(ends[at - 1] ?? 0, end)));
        expect(
          lines.map(({ text, end }) => (end === undefined ? text : `${text.length > 0} ${end.slice(-4)}`)),
        ).toEqual(['short', 'true  end', '', 'last 🗼']);
      }),
    );
  });
});

describe('the fetch of a public server', () => {
  test.each([
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://localhost:1/',
    'http://192.168.0.1/',
  ])('does not go to %s', async (url) => {
    await expect(guardedFetch(new URL('https://mcp.example.com'))(url)).rejects.toThrow(/private network/);
  });

  test('of this machine may', () => {
    expect(guardedFetch(new URL('http://127.0.0.1:1'))).toBe(fetch);
  });
});
