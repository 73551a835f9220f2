import { type Identity, isInScope } from '#lib/access/identity.ts';
import { may } from '#lib/access/may.ts';
import type { Config } from '#lib/config/config.ts';
import { connectionsOfDrill } from '#lib/drill/connections-of-drill.ts';

/** Whether somebody is offered a drill: one beside a connection that is not his own would be refused. */
export function mayDrill(
  identity: Identity,
  config: Pick<Config, 'care'>,
  { connection, to }: { connection: string; to?: string | undefined },
): boolean {
  return may(identity.role, 'drill') && isInScope(identity, connectionsOfDrill(config, { connection, to }));
}
