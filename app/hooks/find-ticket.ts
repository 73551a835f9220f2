import { countLookup, noteCameIn } from '#app/http/attempt-limits.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Delivery } from '#lib/hooks/delivery.ts';
import { findByTicket, idOfTicket } from '#lib/hooks/delivery-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/**
 * What a ticket lets see. Nobody guesses one; what wrong ones cost is bounded by client.
 * @throws RefusedError (`hook_ticket_wrong`), UnavailableError (`too_many_attempts`), DamagedError, StorageError.
 */
export async function findTicket(
  name: string,
  { ticket, headers }: { ticket: string; headers: Headers },
): Promise<{ hook: Hook; delivery: Delivery }> {
  const { hooks, access } = await loadConfig();
  const hook = hooks.get(name);
  // What cannot be a ticket is not worth a look into the repository.
  if (hook === undefined || idOfTicket(ticket) === undefined) throw wrongTicket();
  const address = clientAddress(headers, access.trustedProxies);
  const attempt = await countLookup(address);
  const delivery = await findByTicket((await openWorkspace()).repository, { hook: name, ticket });
  if (delivery === undefined) throw wrongTicket();
  await attempt.withdraw();
  noteCameIn(address, null);
  return { hook, delivery };
}

function wrongTicket(): RefusedError {
  return new RefusedError('There is nothing that this ticket lets see.', {
    code: 'hook_ticket_wrong',
    hint: 'Take the whole address that the hook has answered as `follow`.',
  });
}
