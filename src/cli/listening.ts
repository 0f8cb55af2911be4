// Owns whether anything listens at an address. What it is, and whether it is slow, is left to the requests that follow.

import { connect } from 'node:net';

/** Nobody needs longer to connect on this machine; a firewall may hold the attempt for minutes. */
const PROBE_MS = 1000;

/** With these there is nobody. After any other failure the request that follows says what is wrong. */
const NOBODY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** False only when it is certain that nothing listens there. */
export function isListening(address: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(address);
  const standard = protocol === 'https:' ? 443 : 80;
  // The brackets of an IPv6 address belong to the URL.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = connect({ host, port: port === '' ? standard : Number(port) });
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(PROBE_MS, () => end(true));
    socket.once('connect', () => end(true));
    socket.on('error', (error) => end(!('code' in error && NOBODY.has(String(error.code)))));
  });
}
