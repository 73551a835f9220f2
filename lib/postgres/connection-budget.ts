/** How many sessions the role can still open in the database. */
export interface ConnectionBudget {
  free: number;
  /** What bounds them first: `max_connections` without what is reserved, or the limit of the role or the database. */
  bound: 'server' | 'role' | 'database';
  /** The bounding number itself, what is in use included. */
  limit: number;
}

/**
 * Columns for `readConnectionBudget`, to be selected `from pg_catalog.pg_database d, pg_catalog.pg_roles r`. Sessions of
 * others show no `backend_type` to a role without pg_read_all_stats (manual, "Viewing Statistics"): each of them counts.
 * Slots are reserved for superusers, and since 16 for members of pg_use_reserved_connections ("Connection Settings").
 */
export const connectionBudgetSql = `
    pg_catalog.current_setting('max_connections')::int
      - case when r.rolsuper then 0 else pg_catalog.current_setting('superuser_reserved_connections')::int end
      - case when r.rolsuper or coalesce((select pg_catalog.pg_has_role(reserved.oid, 'usage')
          from pg_catalog.pg_roles reserved where reserved.rolname = 'pg_use_reserved_connections'), true) then 0
        else pg_catalog.current_setting('reserved_connections')::int end as server_limit,
    case when r.rolsuper or r.rolconnlimit < 0 then null else r.rolconnlimit end as role_limit,
    case when r.rolsuper or d.datconnlimit < 0 then null else d.datconnlimit end as database_limit,
    (select count(*) from pg_catalog.pg_stat_activity a
      where a.datid is not null -- background workers that belong to no database
        and a.usesysid is not null and coalesce(a.backend_type, 'client backend') = 'client backend'
        and a.pid <> pg_catalog.pg_backend_pid()) as server_used,
    (select count(*) from pg_catalog.pg_stat_activity a
      where a.usesysid = r.oid and a.pid <> pg_catalog.pg_backend_pid()) as role_used,
    (select count(*) from pg_catalog.pg_stat_activity a
      where a.datid = d.oid and a.usesysid is not null and a.pid <> pg_catalog.pg_backend_pid()) as database_used`;

/** The scarcest of the limits. Pure. */
export function readConnectionBudget(row: Readonly<Record<string, string | null>>): ConnectionBudget {
  const budgets = (['server', 'role', 'database'] as const).flatMap((bound): ConnectionBudget[] => {
    const limit = row[`${bound}_limit`] ?? null;
    const used = Number(row[`${bound}_used`] ?? 0);
    return limit === null ? [] : [{ free: Math.max(0, Number(limit) - used), bound, limit: Number(limit) }];
  });
  return budgets.reduce((scarcest, one) => (one.free < scarcest.free ? one : scarcest));
}
