/**
 * Settings whose stored value is a list of quoted names, which ALTER ... SET would quote once more if it were given as
 * one string (variable_is_guc_list_quote in src/bin/pg_dump/dumputils.c has the list; the server does not tell it).
 */
const listSettings = [
  ...['local_preload_libraries', 'search_path', 'session_preload_libraries', 'shared_preload_libraries'],
  ...['temp_tablespaces', 'unix_socket_directories'],
];

/** The elements of such a setting's stored value; `undefined` for a setting whose value is one string. */
export function splitGucList(name: string, value: string): string[] | undefined {
  if (!listSettings.includes(name.toLowerCase())) return undefined;
  // An element is quoted, a quote in it doubled, or it goes to the next comma.
  const elements = value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]+))\s*(?:,|$)/gy);
  return [...elements].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '');
}
