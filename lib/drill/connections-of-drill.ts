import type { Config } from '#lib/config/config.ts';

/**
 * The connections that a drill touches: the one whose backup it restores, and the one beside whose database the copy is
 * built, whether the request names that or `drill.on` of the config does. Pure.
 */
export function connectionsOfDrill(
  { care }: Pick<Config, 'care'>,
  { connection, to }: { connection: string; to: string | undefined },
): string[] {
  const place = to ?? care.get(connection)?.drillOn ?? connection;
  return [...new Set([connection, place])];
}
