import { resolveConfig } from '#lib/config/resolve-config.ts';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { SwapTask } from './swap-process.ts';

/** One process that swaps, to be killed: `node swap-main.ts TASK`. Says `begun`, then its facts as JSON. */
const [text = ''] = process.argv.slice(2);
const task: SwapTask = JSON.parse(text);
const location = task.repository;
const workspace = {
  config: resolveConfig({}, { DATABASE_URL: task.url, HOLDFAST_REPOSITORY: location }),
  repository: await openRepository({ location, access: 'write' }),
};
process.stdout.write('begun\n');
process.stdout.write(`${JSON.stringify(await databaseSwap[task.verb](workspace, task.cutover))}\n`);
