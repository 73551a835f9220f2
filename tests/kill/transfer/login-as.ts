/** A role that logs in. */
export interface Login {
  name: string;
  password: string;
}

/** The URL of a server with another role and database. */
export function loginAs(url: string, { name, password, database }: Login & { database: string }): string {
  const changed = new URL(url);
  changed.username = name;
  changed.password = password;
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
