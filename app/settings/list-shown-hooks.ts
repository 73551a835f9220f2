import { type Identity, isInScope } from '#lib/access/identity.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { HookToken } from '#lib/hooks/hook-token.ts';
import { readHookToken } from '#lib/hooks/hook-token-store.ts';
import { type RecentDelivery, recentDeliveries } from '#lib/hooks/recent-deliveries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** A hook as its page shows it. */
export interface ShownHook {
  hook: Hook;
  token: HookToken | undefined;
  deliveries: RecentDelivery[];
}

const deliveriesShown = 5;

/** The hooks of the connections that somebody may see, with what they were sent last. @throws DamagedError, StorageError. */
export function listShownHooks({ config, repository }: Workspace, identity: Identity): Promise<ShownHook[]> {
  const seen = [...config.hooks.values()].filter(({ connection, to }) => isInScope(identity, [connection, to]));
  return Promise.all(
    seen.map(async (hook) => {
      const [token, deliveries] = await Promise.all([
        readHookToken(repository, hook.name),
        recentDeliveries(repository, { hook: hook.name, isGate: hook.start === 'gate', limit: deliveriesShown }),
      ]);
      return { hook, token, deliveries };
    }),
  );
}
