// Owns the name under which this process holds runs, and whether the process of such a name has died. Leases are left to the host.

import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The machine, the process, and something that tells it from a later process with the same number. */
export function ownName(): string {
  return `${machine()}/${process.pid}/${randomBytes(4).toString('hex')}`;
}

/** False when it is not certain: a process elsewhere, or another one that has got its number. */
export function isDead(name: string): boolean {
  const start = `${machine()}/`;
  const [pid = '', ...rest] = name.startsWith(start) ? name.slice(start.length).split('/') : [];
  if (!/^[1-9]\d*$/.test(pid) || rest.length !== 1) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Containers may share a host name, and number their processes apart. */
function machine(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: one machine numbers its processes once.
    return hostname();
  }
}
