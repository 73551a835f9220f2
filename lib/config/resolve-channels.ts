import { UsageError } from '#lib/errors/usage-error.ts';
import type { Channel, Secret } from './channel.ts';
import type { WrittenChannel } from './channel-schema.ts';
import type { Environment } from './environment.ts';

const standardPorts = { starttls: 587, implicit: 465, none: 25 } as const;

/**
 * The channels of `notify` with their names and what their variables hold. A variable that is not set is no error here:
 * a backup must not fail for it; the delivery says so.
 * @throws UsageError where two channels have one name.
 */
export function resolveChannels(written: readonly WrittenChannel[], environment: Environment): Channel[] {
  const channels = written.map((channel, index): Channel => {
    const { on, connections } = channel;
    const field = `notify[${index}]`;
    const base = { name: nameOf(written, index), on, connections: connections ?? null };
    const secret = (value: string | undefined, { from, name }: { from: string | undefined; name: string }): Secret =>
      readSecret(environment, { value, from, field: `${field}.${name}` });
    if (channel.kind === 'email') {
      const { kind, host, tls, user, userFrom, password, passwordFrom, from, to } = channel;
      const hasLogin = (user ?? userFrom) !== undefined;
      return {
        ...{ ...base, kind, host, tls, from, to },
        port: channel.port ?? standardPorts[tls],
        caFile: channel.caFile ?? null,
        login: hasLogin
          ? {
              user: secret(user, { from: userFrom, name: 'user' }),
              password: secret(password, { from: passwordFrom, name: 'password' }),
            }
          : null,
      };
    }
    const url = secret(channel.url, { from: channel.urlFrom, name: 'url' });
    if (channel.kind !== 'webhook') return { ...base, kind: channel.kind, url };
    return {
      ...{ ...base, kind: channel.kind, url },
      secret: secret(channel.secret, { from: channel.secretFrom, name: 'secret' }),
    };
  });
  const names = channels.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return channels;
  throw new UsageError(`Two channels of notify have the name "${twice}".`, {
    code: 'bad_config',
    hint: 'Give each a `name` of its own.',
  });
}

/** A secret of the config: the value itself, or what the named variable holds; an empty variable is not set. */
export function readSecret(
  environment: Environment,
  { value, from, field }: { value: string | undefined; from: string | undefined; field: string },
): Secret {
  if (value !== undefined) return { value, from: field };
  const read = from === undefined ? '' : (environment[from] ?? '');
  return { value: read === '' ? null : read, from: from ?? field };
}

/** The name that was given, else the kind; of several without one the second is `slack-2`. */
function nameOf(written: readonly WrittenChannel[], index: number): string {
  const channel = written[index];
  if (channel === undefined) return '';
  if (channel.name !== undefined) return channel.name;
  const before = written.slice(0, index).filter(({ kind, name }) => kind === channel.kind && name === undefined).length;
  return before === 0 ? channel.kind : `${channel.kind}-${before + 1}`;
}
