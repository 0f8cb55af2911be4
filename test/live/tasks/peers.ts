// Owns the peers that the task suite compares with: installed once, outside the project, from the package registry that npm is set up for.
// How each of them runs a task is left to `runtimes.ts`.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Pinned, so that a table can be made again. */
const VERSIONS: Readonly<Record<string, string>> = {
  ai: '6.0.326',
  '@ai-sdk/openai-compatible': '2.0.92',
  openai: '6.49.0',
};

export const versionOf = (name: string): string => VERSIONS[name] ?? '';

export function installPeers(folder: string): void {
  if (existsSync(join(folder, 'node_modules', 'openai'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }));
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
}

/** Imports a package from there. What it exports is the caller's to know. */
export async function importPeer<Module>(folder: string, name: string): Promise<Module> {
  const require = createRequire(join(folder, 'package.json'));
  return (await import(pathToFileURL(require.resolve(name)).href)) as Module;
}
