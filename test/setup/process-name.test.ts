// Owns claims about which processes are known to have died.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isDead, ownName } from '../../src/setup/process-name.ts';

/** The name that a process with another number would have. */
const nameOf = (pid: number | string): string => ownName().replace(`/${process.pid}/`, `/${pid}/`);

test('this process lives, and has another name each time', () => {
  const names = [ownName(), ownName()];
  expect([names.map(isDead), new Set(names).size]).toEqual([[false, false], 2]);
});

test('a process that has ended is dead, and lives before', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const name = nameOf(child.pid ?? 0);
  const before = isDead(name);
  child.stdin.end();
  await once(child, 'close');
  expect([before, isDead(name)]).toEqual([false, true]);
});

test.each([
  ['of another machine', () => `elsewhere/999999999/00000000`],
  ['of a machine with a longer name', () => `x${nameOf(999_999_999)}`],
  ['that is no name', () => 'worker'],
  ['without a number', () => nameOf('')],
  ['with a group of processes for a number', () => nameOf('-1')],
  ['with more parts', () => nameOf('1/2')],
])('nothing is known of a name %s', (_name, name) => {
  expect(isDead(name())).toBe(false);
});
