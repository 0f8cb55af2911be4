// Owns the table of the layout (who may import whom, and what) and the claim that the source keeps to it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Layout } from './architecture/rules.ts';
import { findViolations } from './architecture/rules.ts';
import type { SourceFile } from './architecture/source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LAYOUT: Layout = {
  // Folders under `src` may also import themselves and `core`. `testing` is an entry of its own: `index` leaves it out.
  arrows: {
    core: [],
    flow: [],
    client: ['flow'],
    schema: [],
    tool: ['schema'],
    model: ['client', 'flow', 'schema'],
    mcp: ['tool', 'schema'],
    agent: ['model', 'client', 'tool', 'schema', 'flow'],
    session: [],
    hosts: ['session', 'flow'],
    trace: [],
    serve: ['agent', 'session', 'tool', 'schema', 'trace'],
    // The door: agents joined with MCP servers, stores and hosts.
    setup: ['agent', 'client', 'hosts', 'mcp', 'session'],
    // The conformance of hosts plays whole runs, that of stores is about their contract.
    testing: ['agent', 'client', 'flow', 'session', 'tool'],
    cli: [
      'agent',
      'client',
      'flow',
      'hosts',
      'mcp',
      'model',
      'schema',
      'serve',
      'session',
      'setup',
      'testing',
      'tool',
      'trace',
    ],
    index: ['agent', 'cli', 'client', 'hosts', 'mcp', 'model', 'schema', 'serve', 'session', 'setup', 'tool', 'trace'],
    tools: ['index', 'tools'],
    agents: ['index', 'tools'],
  },
  packages: dependencies(),
  // Tools and agents are programs of their own.
  globals: {
    // The groups of child processes are ended with `process.kill`.
    process: ['src/cli', 'src/setup', 'src/client/client.ts', 'src/mcp/process-group.ts', 'agents', 'tools'],
    console: ['src/cli'],
  },
  confined: [
    { packages: '@modelcontextprotocol/', folders: ['src/mcp'], oneFileOf: ['src/serve'] },
    { packages: 'libsql', folders: ['src/session'] },
    { packages: '@restatedev/', oneRoomOf: ['src/hosts'] },
    { packages: '@temporalio/', oneRoomOf: ['src/hosts'] },
  ],
  // An engine may run the loop in a sandbox without Node.
  sandbox: {
    roots: ['src/agent/loop'],
    packages: ['ajv', 'eventsource-parser', 'fastest-levenshtein', 'zod', 'zod-to-json-schema'],
  },
  unknown: [
    { folder: 'src/agent', words: ['mcp', 'terminal', 'tty', 'stdin', 'stdout', 'stderr', 'readline', 'console'] },
  ],
};

test('the source keeps to the layout', () => {
  const files = ['src', 'tools', 'agents'].filter((folder) => existsSync(join(ROOT, folder))).flatMap(sourceFiles);
  expect(files.map(({ path }) => path)).toContain('src/index.ts');
  expect(findViolations(files, LAYOUT)).toEqual([]);
});

function sourceFiles(folder: string): SourceFile[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
    .toSorted()
    .map((name) => ({
      path: `${folder}/${name.replaceAll(sep, '/')}`,
      text: readFileSync(join(ROOT, folder, name), 'utf8'),
    }));
}

function dependencies(): string[] {
  const {
    dependencies: needed,
    optionalDependencies: optional,
    peerDependencies: peers,
  } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  return Object.keys({ ...needed, ...optional, ...peers });
}
