// Owns the proof that each rule of the layout catches its breach, on made-up files and a small layout of their own.

import { describe, expect, test } from 'vitest';
import type { Layout } from './rules.ts';
import { findViolations } from './rules.ts';

const LAYOUT: Layout = {
  arrows: {
    core: [],
    client: [],
    tool: [],
    mcp: [],
    agent: ['client', 'tool'],
    hosts: [],
    serve: ['agent'],
    cli: ['agent', 'client', 'tool'],
    index: ['agent', 'client', 'tool'],
    tools: ['index', 'tools'],
    agents: ['index', 'tools'],
  },
  packages: ['ajv', 'zod', '@modelcontextprotocol/sdk', '@engine/sdk'],
  globals: { process: ['src/cli', 'src/client/client.ts'], console: ['src/cli'] },
  confined: [
    { packages: '@modelcontextprotocol/', folders: ['src/mcp'], oneFileOf: ['src/serve'] },
    { packages: '@engine/', oneRoomOf: ['src/hosts'] },
  ],
  sandbox: { roots: ['src/agent/loop'], packages: ['zod'] },
  unknown: [{ folder: 'src/agent', words: ['mcp', 'tty'] }],
};

describe('an import', () => {
  const FORMS = {
    'of a value': "import { b } from '../agent/b.ts';",
    'of a type': "import type { B } from '../agent/b.ts';",
    'of a type among values': "import { type B } from '../agent/b.ts';",
    'for its side effects': "import '../agent/b.ts';",
    'that is exported again': "export { b } from '../agent/b.ts';",
    'whose type is exported again': "export type { B } from '../agent/b.ts';",
    'at run time': "const b = await import('../agent/b.ts');",
    'at run time, in backquotes': 'const b = await import(`../agent/b.ts`);',
    'inside a type': "type B = import('../agent/b.ts').B;",
    'by require': "const b = require('../agent/b.ts');",
    'by assignment': "import b = require('../agent/b.ts');",
  };

  test.each(Object.entries(FORMS))('%s against the arrows is found', (_name, code) => {
    expect(violationsOf({ 'src/client/a.ts': code, 'src/agent/b.ts': '' })).toEqual([
      'src/client/a.ts: must not import src/agent/b.ts',
    ]);
  });

  test('along the arrows, of the own folder and of core is no violation', () => {
    const files = {
      'src/agent/a.ts': "import '../client/a.ts'; import '../tool/a.ts'; import '../core/a.ts'; import './b.ts';",
      'src/agent/b.ts': "import 'zod'; import 'ajv/dist/2020.js'; import 'node:fs';",
      'src/client/a.ts': '',
      'src/tool/a.ts': '',
      'src/core/a.ts': '',
    };
    expect(violationsOf(files)).toEqual([]);
  });

  test('in a comment or in a text is none', () => {
    expect(
      violationsOf({ 'src/core/a.ts': "// import 'left-pad';\nconst text = \"import 'left-pad'; console.log\";" }),
    ).toEqual([]);
  });

  test('of the public names from within the source is found', () => {
    expect(violationsOf({ 'src/cli/a.ts': "import '../index.ts';", 'src/index.ts': '' })).toEqual([
      'src/cli/a.ts: must not import src/index.ts',
    ]);
  });

  test('by a tool or an agent of anything but the public names and tools is found', () => {
    const files = {
      'tools/a.ts': "import '../src/index.ts'; import './b.ts'; import '../src/core/a.ts';",
      'tools/b.ts': "import '../agents/b.ts';",
      'agents/a.ts': "import '../src/index.ts'; import '../tools/a.ts'; import './b.ts'; import '../src/tool/a.ts';",
      'agents/b.ts': '',
      'src/index.ts': '',
      'src/core/a.ts': '',
      'src/tool/a.ts': '',
    };
    expect(violationsOf(files)).toEqual([
      'tools/a.ts: must not import src/core/a.ts',
      'tools/b.ts: must not import agents/b.ts',
      'agents/a.ts: must not import agents/b.ts',
      'agents/a.ts: must not import src/tool/a.ts',
    ]);
  });

  test('of a file outside the source, or under another ending, is found', () => {
    expect(
      violationsOf({ 'src/core/a.ts': "import './b.js'; import '../../test/a.ts';", 'src/core/b.ts': '' }),
    ).toEqual([
      'src/core/a.ts: imports src/core/b.js, which is no source file',
      'src/core/a.ts: imports test/a.ts, which is no source file',
    ]);
  });

  test('of a package that is not among the dependencies is found', () => {
    const code = "import 'left-pad'; import 'zod3'; import 'fs'; import '@types/node'; import 'vllm-agents';";
    expect(violationsOf({ 'src/core/a.ts': code })).toEqual(
      ['left-pad', 'zod3', 'fs', '@types/node', 'vllm-agents'].map(
        (name) => `src/core/a.ts: imports ${name}, which is no listed package`,
      ),
    );
  });

  test('of a computed name is found', () => {
    expect(violationsOf({ 'src/core/a.ts': "await import('./' + name);" })).toEqual([
      'src/core/a.ts: imports a computed name: write it out',
    ]);
  });

  test('of the MCP SDK is for src/mcp and one file of src/serve', () => {
    const code = "import type { Client } from '@modelcontextprotocol/sdk/client/index.js';";
    const files = {
      'src/mcp/a.ts': code,
      'src/mcp/b.ts': code,
      'src/serve/a.ts': code,
      'src/serve/b.ts': code,
      'src/cli/a.ts': code,
    };
    expect(violationsOf(files)).toEqual([
      'src/cli/a.ts: imports @modelcontextprotocol/, which is for src/mcp and src/serve',
      'src/serve/b.ts: imports @modelcontextprotocol/, as another file of its folder does',
    ]);
  });
});

describe("an engine's SDK", () => {
  const code = "await import('@engine/sdk');";

  test.each<[string, readonly string[]]>([
    ['one file', ['src/hosts/engine.ts']],
    ['one folder', ['src/hosts/engine/a.ts', 'src/hosts/engine/b/c.ts']],
    ['a file and its folder', ['src/hosts/engine.ts', 'src/hosts/engine/a.ts']],
  ])('may be imported by %s', (_name, paths) => {
    expect(violationsOf(Object.fromEntries(paths.map((path) => [path, code])))).toEqual([]);
  });

  test('imported elsewhere, or by two rooms, is found', () => {
    const files = {
      'src/hosts/engine/a.ts': code,
      'src/hosts/other.ts': code,
      'src/hosts/engine/b.ts': code,
      'src/cli/a.ts': "import type { A } from '@engine/sdk/types';",
    };
    expect(violationsOf(files)).toEqual([
      'src/cli/a.ts: imports @engine/, which is for src/hosts',
      'src/hosts/other.ts: imports @engine/, as another room of the folder does',
    ]);
  });
});

describe('a sandbox', () => {
  const LOOP = 'src/agent/loop/a.ts';

  test('that does not exist yet is no violation', () => {
    expect(violationsOf({ 'src/agent/a.ts': "import 'node:fs';" })).toEqual([]);
  });

  test.each([
    ["import { join } from 'node:path';", 'node:path'],
    ["import {} from 'node:path';", 'node:path'],
    ["import { type Stats } from 'node:fs';", 'node:fs'],
    ["export { join } from 'node:path';", 'node:path'],
    ["await import('node:path');", 'node:path'],
    ["import { Ajv } from 'ajv';", 'ajv'],
  ])('that needs Node at run time is found: %s', (code, module) => {
    expect(violationsOf({ [LOOP]: code })).toEqual([`${LOOP} -> ${module}: needs Node`]);
  });

  test.each([
    "import type { Stats } from 'node:fs';",
    "export type { Stats } from 'node:fs';",
    "type Stats = import('node:fs').Stats;",
    "import { z } from 'zod'; import { y } from 'zod/v4';",
    "import type { B } from '../b.ts';",
  ])('may use types of Node, and packages that run anywhere: %s', (code) => {
    expect(violationsOf({ [LOOP]: code, 'src/agent/b.ts': "import 'node:fs';" })).toEqual([]);
  });

  test('that reaches Node through other files is found once, with the shortest chain', () => {
    const files = {
      [LOOP]: "import '../b.ts'; import '../c.ts';",
      'src/agent/loop/z.ts': "import '../c.ts';",
      'src/agent/b.ts': "import './c.ts';",
      'src/agent/c.ts': "import '../core/d.ts'; import '../core/e.ts';",
      'src/core/d.ts': "import 'node:fs'; import 'zod';",
      'src/core/e.ts': "import type {} from 'node:os';",
    };
    expect(violationsOf(files)).toEqual([`${LOOP} -> src/agent/c.ts -> src/core/d.ts -> node:fs: needs Node`]);
  });
});

describe('a folder that does not know a word', () => {
  test.each([
    ['const mcpServer = 1;', 'mcpServer'],
    ['interface McpServer {}', 'McpServer'],
    ['type A = { readonly hasMCP: boolean };', 'hasMCP'],
    ['class A { #mcp = 1 }', 'mcp'],
    ['const IS_TTY = true;', 'IS_TTY'],
    ["import type {} from '../mcp/server.ts';", '../mcp/server.ts'],
  ])('uses it in a name or an import: %s', (code, name) => {
    const found = violationsOf({ 'src/agent/a.ts': code, 'src/mcp/server.ts': '' });
    expect(found).toContain(`src/agent/a.ts: names ${name}, which src/agent does not know`);
  });

  test.each(['// An MCP server.', "const text = 'mcp';", 'const empty = 1, pretty = 2, attyic = 3;'])(
    'may have it in a comment, in a text, or inside another word: %s',
    (code) => {
      expect(violationsOf({ 'src/agent/a.ts': code })).toEqual([]);
    },
  );

  test('leaves it to the others', () => {
    expect(violationsOf({ 'src/cli/a.ts': 'const mcp = 1;' })).toEqual([]);
  });
});

describe('a cycle', () => {
  test('is found once, with the way round', () => {
    const files = {
      'src/core/a.ts': "import type { B } from './b.ts';",
      'src/core/b.ts': "import { c } from './c.ts';",
      'src/core/c.ts': "type A = import('./a.ts').A;",
      'src/core/d.ts': "import './a.ts'; import './c.ts';",
    };
    expect(violationsOf(files)).toEqual(['cycle: src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts']);
  });

  test('of a file with itself is found', () => {
    expect(violationsOf({ 'src/core/a.ts': "import './a.ts';" })).toEqual(['cycle: src/core/a.ts -> src/core/a.ts']);
  });

  test('is not two ways to one file', () => {
    const files = {
      'src/core/a.ts': "import './b.ts'; import './c.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': '',
    };
    expect(violationsOf(files)).toEqual([]);
  });
});

describe('an export', () => {
  const STARS = ["export * from './b.ts';", "export * as b from './b.ts';", "export type * from './b.ts';"];
  test.each(STARS)('that lists no names is found: %s', (code) => {
    expect(violationsOf({ 'src/core/a.ts': code, 'src/core/b.ts': '' })).toEqual([
      'src/core/a.ts: exports *: list the names',
    ]);
  });

  const DEFAULTS = [
    'export default 1;',
    'export default class {}',
    'const a = 1; export { a as default };',
    "export { default } from './b.ts';",
  ];
  test.each(DEFAULTS)('without a name is found: %s', (code) => {
    expect(violationsOf({ 'src/core/a.ts': code, 'src/core/b.ts': '' })).toEqual([
      'src/core/a.ts: has a default export: name it',
    ]);
  });
});

describe('a global', () => {
  const PROCESS = [
    'process.exit(1);',
    'const { env } = process;',
    'globalThis.process.exit(1);',
    'start({ process });',
    "process['exit'](1);",
    "import { env } from 'node:process';",
    "const { env } = await import('node:process');",
  ];
  test.each(PROCESS)('of the process outside its places is found: %s', (code) => {
    const found = 'uses process, which is for src/cli and src/client/client.ts';
    const files = { 'src/client/client.ts': code, 'src/cli/a.ts': code, 'src/client/a.ts': code, 'tools/a.ts': code };
    expect(violationsOf(files)).toEqual([`src/client/a.ts: ${found}`, `tools/a.ts: ${found}`]);
  });

  test.each(['console.log(1);', "import { log } from 'node:console';"])(
    'of the console is for the terminal: %s',
    (code) => {
      expect(violationsOf({ 'src/cli/a.ts': code, 'agents/a.ts': code })).toEqual([
        'agents/a.ts: uses console, which is for src/cli',
      ]);
    },
  );

  test('is not a member or a property of its name', () => {
    const code = 'interface A { process: B }\nclass C { console() {} process = 1 }\nd.process({ console: 1 });';
    expect(violationsOf({ 'src/core/a.ts': code })).toEqual([]);
  });
});

describe('a file', () => {
  test.each(['', '/** A block. */', '// @ts-nocheck', '// biome-ignore-all lint: no', '//'])(
    'without a comment on what it owns is found: %s',
    (text) => {
      expect(findViolations([{ path: 'src/core/a.ts', text }], LAYOUT)).toEqual([
        'src/core/a.ts: does not start with a // comment on what it owns',
      ]);
    },
  );

  test('whose header names a file that does not exist is found', () => {
    const files = [
      { path: 'src/core/a.ts', text: '// Owns a. The rest is left to `b.ts` and\n// `gone.ts`.\n\n// Not `this.ts`.' },
      {
        path: 'src/core/b.ts',
        text: '#!/usr/bin/env node\n// Owns b; see `../tool/c.ts`, `d.ts`, `missing/e.ts`, `f.md` and `g`.',
      },
      { path: 'src/tool/c.ts', text: '// Owns c; see `core/a.ts`, `src/core/b.ts`, `../b.ts`.' },
      { path: 'src/tool/deep/d.ts', text: '// Owns d.' },
    ];
    expect(findViolations(files, LAYOUT)).toEqual([
      'src/core/a.ts: its header names gone.ts, which does not exist',
      'src/core/b.ts: its header names missing/e.ts, which does not exist',
      'src/tool/c.ts: its header names ../b.ts, which does not exist',
    ]);
  });

  test('in a folder that is not in the table is found', () => {
    expect(violationsOf({ 'src/utils/a.ts': '', 'src/helper.ts': '' })).toEqual([
      'src/utils/a.ts: utils is not in the table of the layout',
      'src/helper.ts: helper is not in the table of the layout',
    ]);
  });

  test('that does not parse is an error with its name', () => {
    expect(() => violationsOf({ 'src/core/a.ts': 'const = ;' })).toThrow(/^src\/core\/a\.ts does not parse: /);
  });
});

function violationsOf(files: Readonly<Record<string, string>>): string[] {
  const owned = Object.entries(files).map(([path, code]) => ({ path, text: `// Owns a made-up case.\n${code}` }));
  return findViolations(owned, LAYOUT);
}
