import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import { tell, work } from './hammer-worker.ts';

await work(async ({ isOver, run }) => {
  while (!isOver()) {
    const result = await run('prune', {});
    const outcome = pruneOutcomeSchema.safeParse(result?.outcome).data;
    if (outcome)
      tell({ did: 'prune', removed: outcome.removed, swept: outcome.swept, heldBack: outcome.heldBack !== null });
    else tell({ did: 'prune', failed: result?.error?.code ?? 'no result', message: result?.error?.message });
  }
});
