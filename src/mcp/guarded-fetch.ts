// Owns the fetch that connections use: a public server cannot send this program to addresses of the private network.

import { isIP } from 'node:net';

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * Refuses private addresses unless the server itself has one. Names are not resolved: a name that leads to a private address passes.
 * `signal` ends the requests that have none of their own: those of a sign-in.
 */
export function guardedFetch(server: URL, signal: AbortSignal): Fetch {
  const mayBePrivate = isPrivate(server.hostname);
  return async (url, given) => {
    const init = { ...given, signal: given?.signal ?? signal };
    const { hostname } = new URL(url);
    if (!mayBePrivate && isPrivate(hostname)) {
      throw new TypeError(`${server.origin} redirected to ${hostname}, an address of the private network.`);
    }
    return await fetch(url, init);
  };
}

function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal')) return true;
  if (isIP(host) === 4) {
    const [a = 0, b = 0] = host.split('.').map(Number);
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168)
    );
  }
  if (isIP(host) !== 6) return false;
  return host === '::' || host === '::1' || /^f[cd]|^fe[89ab]/.test(host) || host.startsWith('::ffff:');
}
