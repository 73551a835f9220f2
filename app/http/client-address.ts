import { isIP } from 'node:net';
import { peerHeader } from './peer-address.ts';

/**
 * The address of the client. Each proxy appends to `X-Forwarded-For` the address it was called from, so of `n` proxies
 * that are trusted the n-th from the right was written by the first of them; what stands left of it anybody can write.
 * Without one it is the address of the socket. `unknown` where nothing tells.
 */
export function clientAddress(headers: Headers, trustedProxies: number): string {
  const peer = normalize(headers.get(peerHeader) ?? '');
  if (trustedProxies === 0) return peer ?? 'unknown';
  const chain = (headers.get('x-forwarded-for') ?? '').split(',').map((text) => text.trim());
  return normalize(chain.at(-Math.min(trustedProxies, chain.length)) ?? '') ?? peer ?? 'unknown';
}

/** What is counted as one client: an IPv4 address, or the /64 of an IPv6 one, which is what a subscriber is given. */
export function clientGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}

/** IPv4 in the clothes of IPv6 is IPv4; what is no address is none. */
function normalize(text: string): string | undefined {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}
