// Owns the processes of servers: each in a group of its own, so that one end reaches its children too; and a guardian, which
// ends the groups when this process is killed. Speaking with a server is left to `stdio-transport.ts`.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { platform } from 'node:process';

/** A server may write its last things: until it is asked, and then made, to end. Milliseconds. */
const END_OF_INPUT_MS = 1000;
const TERMINATE_MS = 1000;

const hasGroups = platform !== 'win32';

/** For `spawn`: on POSIX its own group, without a terminal; never a shell. */
export const GROUP_OPTIONS = { detached: hasGroups, shell: false, windowsHide: true } as const;

/** Ends a server and all that it started: end of input, then SIGTERM, then SIGKILL; within about two seconds. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const ended = onceEnded(child);
  child.stdin?.end();
  // A server that has ended may have left children behind: its group is ended all the same.
  if (!(await within(ended, END_OF_INPUT_MS))) {
    signalGroup(child, 'SIGTERM');
    await within(ended, TERMINATE_MS);
  }
  signalGroup(child, 'SIGKILL');
  await within(ended, TERMINATE_MS);
  release(child);
}

function onceEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function within(ended: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isEnded = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return isEnded;
}

function signalGroup({ pid, kill }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    if (hasGroups) process.kill(-pid, signal);
    else kill(signal);
  } catch {
    // Nobody of the group is left: that is what was wanted.
  }
}

const guarded = new Set<number>();
let guardian: ChildProcess | undefined;

/** Reads the groups to end, one list a line; when the input ends without a last empty line, the process behind it is gone. */
const GUARDIAN =
  'while read -r line; do groups=$line; done; for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null';

/** Has the guardian end the group of a child should this process be killed. */
export function guard({ pid }: ChildProcess): void {
  if (pid === undefined || !hasGroups) return;
  guarded.add(pid);
  tellGuardian();
}

function release({ pid }: ChildProcess): void {
  if (pid === undefined || !guarded.delete(pid)) return;
  tellGuardian();
  if (guarded.size > 0) return;
  guardian?.stdin?.end();
  guardian = undefined;
}

function tellGuardian(): void {
  if (guardian === undefined) {
    // Its text is fixed, and what it reads are numbers.
    guardian = spawn('/bin/sh', ['-c', GUARDIAN], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.on('error', () => {
      // A system without /bin/sh: then only a close ends the servers.
    });
    guardian.stdin?.on('error', () => {
      // It was ended by somebody else.
    });
    guardian.unref();
    (guardian.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  guardian.stdin?.write(`${[...guarded].join(' ')}\n`);
}
