// Owns running the conformance suite of MCP against this project's client: every scenario that 2025-11-25 requires. The suite
// needs Node 22 or later and takes it from npm where this one is older. Extensions and later additions are run and not scored.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';
const OLDEST_NODE = 22;

const folder = await mkdtemp(join(tmpdir(), 'conformance-out-'));
const words = [
  SUITE,
  'client',
  '--command',
  `${process.execPath} --import tsx test/conformance/client.ts`,
  ...(process.argv.length > 2 ? process.argv.slice(2) : ['--requirements', '2025-11-25']),
  '--expected-failures',
  'test/conformance/expected-failures.yml',
  '--output-dir',
  folder,
];
const isNew = Number(process.versions.node.split('.')[0]) >= OLDEST_NODE;
const command = isNew ? [process.execPath, ...words] : ['npx', '-y', '-p', 'node@24', '--', 'node', ...words];
const child = spawn(command[0], command.slice(1), { cwd: ROOT, stdio: 'inherit' });
const code = await new Promise((resolve) => child.once('close', resolve));
await rm(folder, { recursive: true, force: true });
process.exitCode = code ?? 1;
