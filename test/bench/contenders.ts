// Owns who is measured beside whom, and where the programs of each are: a contestant of this checkout, or this project in another one.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildPrograms, builtIn, ROOT } from './build.ts';

export interface Contender {
  /** The heading of its column. */
  readonly name: string;
  /** What `contestants.ts` loads. */
  readonly who: string;
  readonly root: string;
}

const PROGRAMS = ['one', 'first-request', 'first-run', 'import-only', 'turn-cost', 'growth'];
const PEERS = ['openai', 'ai', '@openai/agents'];

const run = promisify(execFile);
const ours: Contender = { name: 'vllm-agents', who: 'vllm-agents', root: ROOT };

/** Builds this project, and the programs in each checkout. The other one is measured as it was built, which is up to its owner. */
export async function prepareContenders(against: string | undefined): Promise<readonly Contender[]> {
  await run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  const contenders = [{ name: 'floor', who: 'floor', root: ROOT }, ours];
  if (against !== undefined) contenders.push(await otherBuild(`${resolve(against)}/`));
  for (const root of new Set(contenders.map(({ root }) => root))) await buildPrograms(PROGRAMS, root);
  const installed = PEERS.filter((name) => existsSync(`${ROOT}node_modules/${name}`));
  return [...contenders, ...installed.map((name) => ({ name, who: name, root: ROOT }))];
}

async function otherBuild(root: string): Promise<Contender> {
  if (!existsSync(`${root}dist/index.js`)) throw new Error(`${root} has no dist: run npm ci and npm run build there.`);
  const { stdout } = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
  return { name: `at ${stdout.trim()}`, who: 'vllm-agents', root };
}

export const programOf = ({ root }: Contender, program: string): string => `${builtIn(root)}${program}.mjs`;

/** Runs a program in a fresh process, and gives the JSON that it writes. */
export async function measured<T>(
  { root, ...contender }: Contender,
  program: string,
  args: readonly string[],
): Promise<T> {
  const { stdout } = await run(process.execPath, [programOf({ root, ...contender }, program), ...args], { cwd: root });
  return JSON.parse(stdout);
}
