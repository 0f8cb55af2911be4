// Owns which addresses belong to this machine or a private network, by the address that is connected to and not by the name that is written:
// anybody can have a name lead to 127.0.0.1.

import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** One for each kind: a list of both takes every IPv4 address for one of `::ffff:0:0`. */
const blocked = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // of providers, behind one public address
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // of tests in networks
  ['224.0.0.0', 3], // multicast and reserved
] as const) {
  blocked.ipv4.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96], // this machine, and IPv4 in an old form
  ['::ffff:0:0', 96], // IPv4
  ['64:ff9b::', 96], // IPv4 behind a translator
  ['64:ff9b:1::', 48],
  ['2002::', 16], // IPv4 in a tunnel
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  blocked.ipv6.addSubnet(network, prefix, 'ipv6');
}

/** Whether a host as written is private: an address, or a name that is always one. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal')) return true;
  return isPrivateAddress(host);
}

function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return blocked.ipv4.check(address, 'ipv4');
    case 6:
      return blocked.ipv6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Whether a host is private or has a private address. One that is not found is not. */
export async function leadsToPrivate(hostname: string, lookup: Lookup = systemLookup as Lookup): Promise<boolean> {
  if (isPrivateHost(hostname)) return true;
  return await new Promise((resolve) => {
    lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }, (error, found) => {
      resolve(error === null && Array.isArray(found) && found.some(({ address }) => isPrivateAddress(address)));
    });
  });
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
export type Lookup = (hostname: string, options: LookupOptions, callback: Callback) => void;

/** Fails a name that leads to a private address, with the code `ERR_PRIVATE_ADDRESS`; so does a name of which one address is private. */
export function publicLookup(lookup: Lookup = systemLookup as Lookup): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      const own = addresses.find(isPrivateAddress);
      if (own === undefined) return callback(null, found, family);
      const message = `${hostname} leads to ${own}, an address of the private network`;
      callback(Object.assign(new Error(message), { code: 'ERR_PRIVATE_ADDRESS' }), []);
    });
  };
}
