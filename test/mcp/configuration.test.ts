// Owns claims about the configuration of servers: what is refused, files of other programs, placeholders.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tried
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DefinitionError, defineAgent, mcpServersFrom, VllmError } from '../../src/index.ts';
import { expandConfig } from '../../src/mcp/expand.ts';
import { checkServerConfig } from '../../src/mcp/server-config.ts';

describe('a configuration', () => {
  test.each<[string, unknown, string]>([
    ['nothing', {}, 'give it either a `command` to start or a `url` to connect to (or, in a program, a `transport`).'],
    [
      'both',
      { command: 'a', url: 'http://x' },
      'give it either a `command` to start or a `url` to connect to (or, in a program, a `transport`).',
    ],
    ['a list in its place', [], 'its configuration is not an object.'],
    ['an unknown field', { command: 'a', comand: 'b' }, 'there is no field `comand`. Did you mean `command`?'],
    ['a field of the other kind', { command: 'a', headers: {} }, 'there is no field `headers`.'],
    ['a type of the other kind', { command: 'a', type: 'http' }, '`type` is "http"; it must be stdio.'],
    [
      'an unknown type',
      { url: 'http://x', type: 'ws' },
      '`type` is "ws"; it must be http, streamable-http, streamableHttp, sse.',
    ],
    ['an empty command', { command: ' ' }, '`command` is empty.'],
    ['a transport that is no function', { transport: {} }, '`transport` must be a function that makes one.'],
    ['text that is no URL', { url: 'nope' }, '`url` is not a valid URL.'],
    ['a URL of another kind', { url: 'file:///etc/passwd' }, '`url` must begin with http:// or https://.'],
    [
      'a URL with a password',
      { url: 'https://me:hunter2@example.com' },
      '`url` contains a user or password: use `headers` with a placeholder for a variable instead.',
    ],
    ['args that are no list', { command: 'a', args: 'b' }, '`args` must be a list of strings.'],
    ['a list of other things', { command: 'a', deny: ['a', 1] }, '`deny` must be a list of strings.'],
    ['env that is no text', { command: 'a', env: { A: 1 } }, '`env` must be an object of strings.'],
    ['a time limit of 0', { command: 'a', timeoutMs: 0 }, '`timeoutMs` must be a number above 0.'],
    ['a time limit as text', { command: 'a', maxCallMs: '5' }, '`maxCallMs` must be a number above 0.'],
    [
      'auth without a type',
      { url: 'https://x', auth: { CLIENT_ID: 'a' } },
      '`auth` must have a `type`: none, browser, client_credentials, private_key_jwt.',
    ],
    [
      'auth that lacks a field',
      { url: 'https://x', auth: { type: 'client_credentials', clientId: 'a' } },
      '`auth.clientSecret` must be a text.',
    ],
    [
      'auth with an unknown field',
      { url: 'https://x', auth: { type: 'browser', clientID: 'a' } },
      'there is no field `auth.clientID`.',
    ],
    [
      'an issuer that is no URL',
      { url: 'https://x', auth: { type: 'browser', issuer: 'a' } },
      '`auth.issuer` is not a valid URL.',
    ],
    ['an unknown approval', { command: 'a', approval: 'maybe' }, '`approval` must be always, never or hints.'],
  ])('with %s is an error that names the server and the field', (_name, config, problem) => {
    expect(() => checkServerConfig('files', config)).toThrow(new DefinitionError(`MCP server \`files\`: ${problem}`));
  });

  test('is checked when the agent is defined', () => {
    // @ts-expect-error: what the type forbids
    expect(() => defineAgent({ name: 'a', mcpServers: { x: { command: 'y', comand: 'z' } } })).toThrow(
      new DefinitionError('MCP server `x`: there is no field `comand`. Did you mean `command`?'),
    );
  });

  test('without a name is an error', () => {
    expect(() => checkServerConfig(' ', { command: 'a' })).toThrow('its name is empty');
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
      b: { url: 'http://h/mcp', timeoutMs: 5000 },
    });
  });

  test.each([
    ['{', /mcp\.json is not valid JSON: /],
    ['[]', /mcp\.json does not contain a JSON object\.$/],
    ['{}', /mcp\.json has no `mcpServers` \(or `servers`\)\.$/],
  ])('with %s is an error that names it', (text, reason) => {
    expect(() => mcpServersFrom(write(text))).toThrow(reason);
  });

  test.each<[string, object, object]>([
    [
      'Claude Code',
      { type: 'http', url: 'http://h', headersHelper: 'x', alwaysLoad: true },
      { type: 'http', url: 'http://h' },
    ],
    [
      'Gemini',
      { command: 'x', includeTools: ['a'], excludeTools: ['b'], timeout: 60_000 },
      { command: 'x', allow: ['a'], deny: ['b'], timeoutMs: 60_000 },
    ],
    ['Copilot', { type: 'local', command: 'x', tools: ['*'] }, { type: 'stdio', command: 'x', allow: ['*'] }],
    ['Cline and Roo', { command: 'x', timeout: 60, watchPaths: ['a'] }, { command: 'x', timeoutMs: 60_000 }],
    ['Windsurf', { serverUrl: 'http://h' }, { url: 'http://h' }],
    ['LM Studio', { command: 'x', icon: 'y' }, { command: 'x' }],
    ['Cursor', { url: 'http://h', auth: { CLIENT_ID: 'x' } }, { url: 'http://h' }],
    ['VS Code', { command: 'x', sandboxEnabled: true }, { command: 'x' }],
    ['Zed', { source: 'custom', command: 'x', args: ['y'], env: {} }, { command: 'x', args: ['y'], env: {} }],
    [
      'older Zed',
      { command: { path: 'x', args: ['y'], env: { A: 'b' } }, settings: {} },
      { command: 'x', args: ['y'], env: { A: 'b' } },
    ],
    [
      'opencode',
      { type: 'local', command: ['x', 'y'], environment: { A: 'b' }, enabled: false },
      { type: 'stdio', command: 'x', args: ['y'], env: { A: 'b' }, disabled: true },
    ],
    ['opencode, at a URL', { type: 'remote', url: 'http://h', enabled: true }, { type: 'http', url: 'http://h' }],
  ])('of %s is read, whatever else it holds', (_name, config, known) => {
    const path = write(JSON.stringify({ mcpServers: { a: config } }));
    expect(mcpServersFrom(path, { onProblem: () => undefined })).toEqual({ a: known });
  });

  test.each<[string, object]>([
    ['Zed', { context_servers: { a: { command: 'x' } }, theme: 'dark' }],
    ['opencode', { mcp: { a: { command: ['x'], args: 7 } } }],
    ['the settings of VS Code', { mcp: { servers: { a: { command: 'x' } } } }],
    ['Claude Code, for the folder', { projects: { [process.cwd()]: { mcpServers: { a: { command: 'x' } } } } }],
  ])('of %s has its servers in another place', (_name, file) => {
    const servers = mcpServersFrom(write(JSON.stringify(file)), { onProblem: () => undefined });
    expect(Object.keys(servers)).toEqual(['a']);
    expect(servers.a).toMatchObject({ command: 'x' });
  });

  test.each<[string, object, object | string]>([
    [
      'of npm',
      {
        packages: [
          {
            registryType: 'npm',
            identifier: '@a/b',
            version: '1.2.3',
            packageArguments: [
              { type: 'positional', value: '/data' },
              { type: 'named', name: '--fast' },
            ],
            environmentVariables: [{ name: 'KEY', isRequired: true }, { name: 'MODE', default: 'x' }, { name: 'MORE' }],
          },
        ],
      },
      { command: 'npx', args: ['-y', '@a/b@1.2.3', '/data', '--fast'], env: { KEY: '${KEY}', MODE: 'x' } },
    ],
    [
      'of PyPI',
      {
        packages: [
          {
            registryType: 'pypi',
            identifier: 'b',
            version: '1',
            packageArguments: [{ type: 'named', name: '--dir', valueHint: 'dir' }],
          },
        ],
      },
      { command: 'uvx', args: ['b==1', '--dir', '${input:dir}'] },
    ],
    [
      'in a container',
      {
        packages: [
          { registryType: 'oci', identifier: 'h/b:1', environmentVariables: [{ name: 'KEY', isRequired: true }] },
        ],
      },
      { command: 'docker', args: ['run', '-i', '--rm', '-e', 'KEY', 'h/b:1'], env: { KEY: '${KEY}' } },
    ],
    [
      'at a URL',
      { remotes: [{ type: 'streamable-http', url: 'http://h', headers: [{ name: 'X-Key', value: '${KEY}' }] }] },
      { url: 'http://h', type: 'http', headers: { 'X-Key': '${KEY}' } },
    ],
    [
      'of another kind',
      { packages: [{ registryType: 'nuget', identifier: 'b' }] },
      'FILE: MCP server `b`: give it either a `command`',
    ],
  ])('of the registry, %s, is read', (_name, published, expected) => {
    const path = write(JSON.stringify({ name: 'io.example/b', description: 'x', version: '1', ...published }));
    const problems: string[] = [];
    const servers = mcpServersFrom(path, { onProblem: (problem) => problems.push(problem) });
    if (typeof expected === 'string')
      expect(problems.map((problem) => problem.replace(path, 'FILE'))).toEqual([expect.stringContaining(expected)]);
    else expect([servers, problems]).toEqual([{ b: expected }, []]);
  });

  test('says what its inputs ask for', () => {
    const path = write(
      JSON.stringify({
        inputs: [
          { type: 'promptString', id: 'key', description: 'Your key', password: true },
          { type: 'promptString', id: 'other', description: 'Unused' },
        ],
        servers: { a: { command: 'x', env: { K: '${input:key}', L: '${input:more}' } }, b: { command: 'y' } },
      }),
    );
    expect(mcpServersFrom(path)).toEqual({
      a: { command: 'x', env: { K: '${input:key}', L: '${input:more}' }, inputs: { key: 'Your key' } },
      b: { command: 'y' },
    });
  });

  test('loses a server that is wrong alone, and says which fields mean nothing', () => {
    const path = write(
      JSON.stringify({
        mcpServers: {
          none: {},
          text: 'x',
          some: { command: 'x', sandboxEnabled: true, more: 1, autoApprove: ['*'] },
          last: { command: 'y' },
        },
      }),
    );
    const problems: string[] = [];
    const servers = mcpServersFrom(path, { onProblem: (problem) => problems.push(problem) });
    expect(servers).toEqual({ some: { command: 'x' }, last: { command: 'y' } });
    expect(problems.map((problem) => problem.replace(path, 'FILE'))).toEqual([
      'FILE: MCP server `none`: give it either a `command` to start or a `url` to connect to (or, in a program, a `transport`). It is left out.',
      'FILE: MCP server `text`: its configuration is not an object. It is left out.',
      'FILE: MCP server `some`: the fields `sandboxEnabled`, `more` are of other programs: ignored.',
    ]);
  });

  test('has the variables of an `envFile` beside it', () => {
    writeFileSync(join(folder, 'vars'), 'A=1\nB="two words"\n');
    const path = write(
      JSON.stringify({
        servers: { a: { command: 'x', envFile: 'vars', env: { A: '3' } }, b: { command: 'x', envFile: 'none' } },
      }),
    );
    const problems: string[] = [];
    expect(mcpServersFrom(path, { onProblem: (problem) => problems.push(problem) })).toEqual({
      a: { command: 'x', env: { A: '3', B: 'two words' } },
    });
    expect(problems).toEqual([`${path}: Its \`envFile\` ${join(folder, 'none')} cannot be read. It is left out.`]);
  });

  test('that is not there is an error that names it', () => {
    expect(() => mcpServersFrom(join(folder, 'none.json'))).toThrow(
      /none\.json cannot be read: there is no such file\.$/,
    );
    expect(() => mcpServersFrom(folder)).toThrow(/cannot be read: it is a folder\.$/);
  });
});

describe('a placeholder', () => {
  const surroundings = { env: { KEY: 's3cret', EMPTY: '', HOME: '/home/me' }, workspaceFolder: '/work', version: '1' };
  const expand = (text: string) =>
    expandConfig('a', { command: 'x', env: { V: text } }, surroundings, new Map([['name', 'given']]));

  test.each([
    ['${KEY}', 's3cret'],
    ['${env:KEY}', 's3cret'],
    ['a-${KEY}-${workspaceFolder}', 'a-s3cret-/work'],
    ['${NONE:-default}', 'default'],
    ['${EMPTY:-default}', 'default'],
    ['${NONE:-}', ''],
    ['${EMPTY}', ''],
    ['$KEY', '$KEY'],
    ['${workspaceFolderBasename}${pathSeparator}${userHome}', 'work//home/me'],
    ['${input:name}', 'given'],
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
