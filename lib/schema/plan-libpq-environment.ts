import { UsageError } from '#lib/errors/usage-error.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';

/** URL parameters that libpq takes from the environment (PostgreSQL manual, "Environment Variables"). */
const variableOfParameter: Readonly<Record<string, string>> = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  options: 'PGOPTIONS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
};

/**
 * The environment in which a PostgreSQL program reaches the database of `url` with nothing on its command line, where
 * every user of the machine could read it. Of `base`, what configures libpq is left out, so that a stray PGHOST or
 * PGSERVICE changes nothing; messages are asked for in English.
 * @throws UsageError when the URL does not parse.
 */
export function planLibpqEnvironment(options: {
  url: string;
  base: Readonly<Record<string, string | undefined>>;
}): Record<string, string> {
  const { base } = options;
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !name.startsWith('PG') && !name.startsWith('LC_') && name !== 'LANGUAGE') {
      environment[name] = value;
    }
  }
  return { ...environment, LC_ALL: 'C', ...connectionVariables(options.url) };
}

function connectionVariables(text: string): Record<string, string> {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new UsageError(`The URL ${maskUrl(text)} does not parse.`, {
      code: 'bad_url',
      hint: 'Write postgres://user:password@host:port/database, with reserved characters percent-encoded.',
    });
  }
  const variables: Record<string, string> = {
    PGHOST: decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
    PGAPPNAME: 'holdfast',
  };
  for (const [name, value] of url.searchParams) {
    const variable = variableOfParameter[name];
    if (variable !== undefined) variables[variable] = value;
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}
