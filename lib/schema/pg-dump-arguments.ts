/** Kinds of objects that pg_dump can leave out by itself. */
export interface SchemaExcludes {
  /** Default true: a subscription's definition holds the publisher's password. */
  subscriptions?: boolean;
  publications?: boolean;
  /** Names or patterns as pg_dump takes them (PostgreSQL manual, psql, "Patterns"). */
  schemas?: readonly string[];
  tables?: readonly string[];
}

/**
 * The arguments of pg_dump for a schema-only archive: everything that must hold whichever pg_dump runs. No secret, no
 * host and no database are among them, since other users of the machine can read a command line.
 */
export function planPgDumpArguments(options: {
  snapshot?: string | undefined;
  lockTimeoutMs: number;
  excludes?: SchemaExcludes | undefined;
}): string[] {
  const { snapshot, lockTimeoutMs, excludes = {} } = options;
  return [
    ...['--format=custom', '--schema-only', '--compress=0', '--encoding=UTF8', '--no-password'],
    `--lock-wait-timeout=${lockTimeoutMs}`,
    ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]),
    ...((excludes.subscriptions ?? true) ? ['--no-subscriptions'] : []),
    ...(excludes.publications ? ['--no-publications'] : []),
    ...(excludes.schemas ?? []).map((pattern) => `--exclude-schema=${pattern}`),
    ...(excludes.tables ?? []).map((pattern) => `--exclude-table=${pattern}`),
  ];
}
