import { listVisibleHooks } from '#app/hooks/list-visible-hooks.ts';
import type { Identity } from '#lib/access/identity.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { Problem } from '#lib/errors/tell-problem.ts';
import type { HookToken } from '#lib/hooks/hook-token.ts';
import { lookAtHookToken } from '#lib/hooks/hook-token-store.ts';
import { type RecentDelivery, recentDeliveries } from '#lib/hooks/recent-deliveries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** A hook as its page shows it. */
export interface ShownHook {
  hook: Hook;
  token: HookToken | undefined;
  /** Why its token cannot be read. */
  tokenProblem: Problem | null;
  deliveries: RecentDelivery[];
}

const deliveriesShown = 5;

/** The hooks of the connections that somebody may see, with what they were sent last. @throws StorageError. */
export function listShownHooks({ config, repository }: Workspace, identity: Identity): Promise<ShownHook[]> {
  return Promise.all(
    listVisibleHooks(config, identity).map(async (hook) => {
      const [{ token, problem }, deliveries] = await Promise.all([
        lookAtHookToken(repository, hook.name),
        recentDeliveries(repository, { hook: hook.name, isGate: hook.start === 'gate', limit: deliveriesShown }),
      ]);
      return { hook, token, tokenProblem: problem, deliveries };
    }),
  );
}
