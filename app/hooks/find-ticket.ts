import { loadConfig } from '#lib/config/load-config.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type Delivery, findByTicket } from '#lib/hooks/delivery-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** What a ticket lets see. @throws RefusedError (`hook_ticket_wrong`), DamagedError, StorageError. */
export async function findTicket(name: string, ticket: string): Promise<{ hook: Hook; delivery: Delivery }> {
  const hook = (await loadConfig()).hooks.get(name);
  const delivery = hook && (await findByTicket((await openWorkspace()).repository, { hook: name, ticket }));
  if (hook !== undefined && delivery !== undefined) return { hook, delivery };
  throw new RefusedError('There is nothing that this ticket lets see.', {
    code: 'hook_ticket_wrong',
    hint: 'Take the whole address that the hook has answered as `follow`.',
  });
}
