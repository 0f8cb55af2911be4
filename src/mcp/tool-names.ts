// Owns the names under which the model is shown the tools of servers: valid, unique, the same in every run.

import { createHash } from 'node:crypto';

/** The longest name that vLLM and all its parsers accept. */
const MAX_NAME_CHARS = 64;
const HASH_CHARS = 6;

/**
 * `server__tool`. A name that must be changed or shortened ends with a hash of the original, so that two names never become one and no
 * name depends on the others. Shortened in the middle, since the ends distinguish tools best.
 */
export function exposedName(server: string, tool: string): string {
  const raw = `${server}__${tool}`;
  const safe = raw.replace(/[^a-zA-Z0-9_-]/g, '_').replace(/^(?=[0-9-])/, '_');
  if (safe === raw && raw.length <= MAX_NAME_CHARS) return raw;
  const hash = createHash('sha256').update(raw).digest('hex').slice(0, HASH_CHARS);
  const room = MAX_NAME_CHARS - HASH_CHARS - 1;
  if (safe.length <= room) return `${safe}_${hash}`;
  const head = Math.ceil((room - 1) / 2);
  return `${safe.slice(0, head)}_${safe.slice(safe.length - (room - 1 - head))}_${hash}`;
}

/** Whether a tool's own name matches one of the patterns, in which `*` stands for any characters. */
export function isListed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [first = '', ...parts] = pattern.split('*');
    const last = parts.pop();
    if (last === undefined) return name === first;
    let at = first.length;
    for (const part of parts) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return name.startsWith(first) && name.endsWith(last) && at <= name.length - last.length;
  });
}
