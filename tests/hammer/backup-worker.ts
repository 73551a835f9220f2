import { z } from 'zod';
import { runSql } from '#tests/support/with-client.ts';
import { tell, work } from './hammer-worker.ts';

/** Few, so that content which no backup names any more comes back while it is being swept. */
const states = 5;

const outcomeSchema = z.object({ backup: z.string(), epochs: z.int() });

await work(async ({ task, random, isOver, run }) => {
  await runSql(task.source, 'create table turns (id integer, note text); create table own (id integer, note text)');
  while (!isOver()) {
    const state = random(states);
    await runSql(
      task.source,
      `truncate turns; insert into turns select i, md5((i * ${state})::text) from generate_series(1, 300) i;
       truncate own; insert into own select i, md5((i * ${random(1_000_000)})::text) from generate_series(1, 50) i`,
    );
    const result = await run('backup', { connection: 'production' });
    const outcome = outcomeSchema.safeParse(result?.outcome).data;
    if (outcome) tell({ did: 'backup', backup: outcome.backup, epochs: outcome.epochs });
    else tell({ did: 'backup', failed: result?.error?.code ?? 'no result', message: result?.error?.message });
  }
});
