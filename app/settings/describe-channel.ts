import type { Channel, Secret } from '#lib/config/channel.ts';

/** Where a channel leads, without its secrets: the names of the variables that hold them. Pure. */
export function describeChannel(channel: Channel): string {
  if (channel.kind === 'email') {
    const { host, port, tls, to } = channel;
    return `${to.join(', ')} by ${host}:${port} (${tls})`;
  }
  if (channel.kind === 'webhook')
    return `${describeSecret(channel.url)}, signed with ${describeSecret(channel.secret)}`;
  return describeSecret(channel.url);
}

function describeSecret({ value, from }: Secret): string {
  return value === null ? `${from}, which is not set` : from;
}
