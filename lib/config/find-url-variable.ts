import type { Connection } from './config.ts';
import type { Environment } from './environment.ts';

/** The variable that holds a connection's URL; `undefined` where it stands in the config itself. */
export function findUrlVariable({ url }: Pick<Connection, 'url'>, environment: Environment): string | undefined {
  return Object.entries(environment).find(([, value]) => value === url)?.[0];
}
