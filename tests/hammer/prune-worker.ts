import { tell, work } from './hammer-worker.ts';

await work(async ({ isOver, run }) => {
  while (!isOver()) {
    const result = await run('prune', {});
    if (result?.status === 'completed') tell({ did: 'prune' });
    else tell({ did: 'prune', failed: result?.error?.code ?? 'no result', message: result?.error?.message });
  }
});
