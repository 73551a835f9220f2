import { UsageError } from '#lib/errors/usage-error.ts';
import type { Channel, Secret } from './channel.ts';
import type { ParsedConfig } from './config-schema.ts';
import type { Environment } from './environment.ts';
import { parseDuration } from './parse-duration.ts';
import { readSecret, resolveChannels } from './resolve-channels.ts';

/** Who is told of what. */
export interface Alarms {
  channels: readonly Channel[];
  /** How long an overdue backup is left at one message. */
  repeatAfterMs: number;
  /** Where the web console is reached, without a slash at the end; `null`: messages carry no link. */
  publicUrl: string | null;
  /** The dead-man switch of a connection, where it has one of its own. */
  pings: ReadonlyMap<string, Secret>;
  /** That of all other connections. */
  ping: Secret | null;
}

/** @throws UsageError where two channels have one name, a duration or the URL of the console does not parse. */
export function resolveAlarms(config: ParsedConfig, environment: Environment): Alarms {
  const pings = Object.entries(config.connections).flatMap(([name, { ping, pingFrom }]): [string, Secret][] => {
    const secret = pingOf(environment, { ping, pingFrom, field: `connections.${name}.ping` });
    return secret === null ? [] : [[name, secret]];
  });
  return {
    channels: resolveChannels(config.notify, environment),
    repeatAfterMs: parseDuration(config.repeatAlarms, 'repeatAlarms'),
    publicUrl: resolvePublicUrl(environment['HOLDFAST_URL'] ?? config.publicUrl),
    pings: new Map(pings),
    ping: pingOf(environment, { ...config, field: 'ping' }),
  };
}

function pingOf(
  environment: Environment,
  { ping, pingFrom, field }: { ping?: string | undefined; pingFrom?: string | undefined; field: string },
): Secret | null {
  if (ping === undefined && pingFrom === undefined) return null;
  return readSecret(environment, { value: ping, from: pingFrom, field });
}

function resolvePublicUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') {
    return url.href.replace(/\/+$/, '');
  }
  throw new UsageError('HOLDFAST_URL, or publicUrl of the config, is no http address without login and query.', {
    code: 'bad_public_url',
    hint: 'Write where the console is reached, for example https://holdfast.example.com.',
  });
}
