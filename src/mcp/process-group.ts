// Owns the processes of servers: each in a process group of its own, so that its children end with it; and a guardian process, which
// ends the groups when this process is killed. Talking to a server is left to `stdio-transport.ts`.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { platform } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a server may take to save its work: after the end of its input, and after SIGTERM. */
const END_OF_INPUT_MS = 1000;
const TERMINATE_MS = 1000;

const hasGroups = platform !== 'win32';

/** For `spawn`: on POSIX its own group, without a terminal; never a shell. */
export const GROUP_OPTIONS = { detached: hasGroups, shell: false, windowsHide: true } as const;

/** Of this program: the environment of all servers, and of all that they start, has it. */
const PROGRAM = randomUUID();
const MARK = 'VLLM_AGENTS_SERVER';
let servers = 0;

/** The variable by which the processes of one server are known that left its group, such as daemons. Linux alone shows it to others. */
export function markServer(): Readonly<Record<string, string>> {
  return { [MARK]: `${PROGRAM}/${++servers}/` };
}

/** Ends a server and all that it started: end of input, then SIGTERM, then SIGKILL; within about two seconds. */
export async function endGroup(child: ChildProcess, mark: Readonly<Record<string, string>>): Promise<void> {
  const ended = onceEnded(child);
  child.stdin?.end();
  // A server that has ended may have left children behind, so its group is ended as well.
  if (!(await within(ended, END_OF_INPUT_MS))) {
    signalGroup(child, 'SIGTERM');
    await within(ended, TERMINATE_MS);
  }
  signalGroup(child, 'SIGKILL');
  await killMarked(`${MARK}=${mark[MARK]}`);
  await within(ended, TERMINATE_MS);
  release(child);
}

/** Until there are none: one may start another meanwhile, and none is gone at once. */
async function killMarked(mark: string): Promise<void> {
  if (platform !== 'linux') return;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pids = await markedProcesses(mark);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await pause(ROUND_MS);
  }
}

const MAX_ROUNDS = 40;
const ROUND_MS = 25;

async function markedProcesses(mark: string): Promise<readonly number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const others = entries.filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const found = await Promise.all(
    others.map(async (pid) => {
      // Those of other users cannot be read, and those that have ended are not there.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return `\0${environment}`.includes(`\0${mark}`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Whether a process has ended, or does so within a moment. */
export async function hasEnded(child: ChildProcess): Promise<boolean> {
  return await within(onceEnded(child), END_OF_INPUT_MS);
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
    // No process of the group is left, which is the aim.
  }
}

const guarded = new Set<number>();
let guardian: ChildProcess | undefined;

/** Reads the current list of groups, one list a line. At the end of its input it ends the groups of the last line, which is empty after a proper close. */
const GUARDIAN = `
  while read -r line; do groups=$line; done
  test -z "$groups" && exit
  for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null
  test -r /proc/self/environ || exit
  for file in $(grep -slaF '${MARK}=${PROGRAM}/' /proc/[0-9]*/environ); do
    pid=\${file#/proc/}; pid=\${pid%/environ}
    test "$pid" = "$$" || kill -s KILL "$pid"
  done 2>/dev/null`;

/** Makes the guardian end the group of a child if this process is killed. */
export function guard({ pid }: ChildProcess): void {
  if (pid === undefined || !hasGroups) return;
  guarded.add(pid);
  updateGuardian();
}

function release({ pid }: ChildProcess): void {
  if (pid === undefined || !guarded.delete(pid)) return;
  updateGuardian();
  if (guarded.size > 0) return;
  guardian?.stdin?.end();
  guardian = undefined;
}

function updateGuardian(): void {
  if (guardian === undefined) {
    // Safe from injection: the script is fixed, and its input are numbers.
    guardian = spawn('/bin/sh', ['-c', GUARDIAN], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.on('error', () => {
      // There is no /bin/sh: then only `close` ends the servers.
    });
    guardian.stdin?.on('error', () => {
      // The guardian was ended from outside.
    });
    guardian.unref();
    (guardian.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  guardian.stdin?.write(`${[...guarded].join(' ')}\n`);
}
