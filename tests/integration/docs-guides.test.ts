import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRepository } from '#lib/repository/open-repository.ts';
import { listRunIds, readRun } from '#lib/runs/run-store.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, type TestDatabase, testCluster } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

/** The command lines of a guide, in their order. */
async function readCommands(guide: string): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', guide), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** Runs a line of a guide; `$RUN` is the newest run that went live. Answers what was said. */
async function follow(place: CliPlace, line: string): Promise<string> {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  expect(words.slice(0, 2), line).toEqual(['npx', 'holdfast']);
  const run = await findNewest(place);
  const args = words.slice(2).map((word) => word.replaceAll('"', '').replace('$RUN', run));
  const { exitCode, stdout, stderr } = await place.run(args);
  expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

async function findNewest(place: CliPlace): Promise<string> {
  const location = `file:${place.repository}`;
  const repository = await openRepository({ location, access: 'read' }).catch(() => undefined);
  if (repository === undefined) return '';
  for (const id of await listRunIds(repository)) {
    const run = await readRun(repository, id);
    if ((run?.kind === 'transfer' || run?.kind === 'restore') && run.parent === null) return id;
  }
  return '';
}

async function withPlace(
  use: (guide: { place: CliPlace; source: TestDatabase; target: TestDatabase }) => Promise<void>,
): Promise<void> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
  try {
    await use({ place, source, target });
  } finally {
    const { url } = testCluster('target');
    for (const row of await runSql(url, `select datname from pg_database where datname like '${target.name}\\_\\_%'`)) {
      await runSql(url, `drop database "${row['datname']}" with (force)`);
    }
  }
}

const orders = 'select count(*) as n from shop.orders';

it('docs/migrate-to-neon.md can be followed word for word', async () => {
  await withPlace(async ({ place, source, target }) => {
    await runSql(target.url, `create table notes (body text); insert into notes values ('lived')`);
    const said = new Map<string, string>();
    for (const line of await readCommands('migrate-to-neon.md')) {
      said.set(line, await follow(place, line));
      if (line.includes('transfer')) {
        expect(await runSql(target.url, orders)).toEqual([{ n: '3000' }]);
        await expect(runSql(source.url, 'delete from shop.orders')).rejects.toThrow('read-only transaction');
      }
      if (line.includes('rollback')) await runSql(source.url, `insert into shop.prices values ('again', 1)`);
    }
    expect([...said.keys()].map((line) => line.split(' ')[2])).toEqual([
      ...['doctor', 'backup', 'restore', 'transfer', 'resume', 'rollback', 'discard'],
    ]);
    // What the rehearsal had put aside is still there; what the transfer had is gone.
    const left = await runSql(target.url, `select datname from pg_database where datname like '${target.name}\\_\\_%'`);
    expect(left).toHaveLength(1);
  });
});

it('docs/emergency-restore.md can be followed word for word', async () => {
  await withPlace(async ({ place, source, target }) => {
    await place.runJson(['backup']);
    const lines = await readCommands('emergency-restore.md');
    expect(lines.map((line) => line.split(' ')[2])).toEqual([
      ...['list', 'verify', 'restore', 'restore', 'rollback', 'restore', 'runs', 'backup'],
    ]);
    for (const [index, line] of lines.entries()) {
      const said = await follow(place, line);
      if (index === 2) {
        expect(await runSql(target.url, orders)).toEqual([{ n: '3000' }]);
        await runSql(target.url, 'delete from shop.orders where id > 10');
      }
      if (index === 3) {
        expect(await runSql(target.url, orders)).toEqual([{ n: '3000' }]);
        expect(said).toContain(`${target.name}__before_`);
      }
      if (index === 4) expect(await runSql(target.url, orders)).toEqual([{ n: '10' }]);
      // The table of the guide; people put their own.
      if (index === 4) await runSql(source.url, 'create table public.orders (id int primary key, sum numeric)');
      if (index === 4) {
        await runSql(source.url, 'insert into public.orders select i, i from generate_series(1, 50) i');
        await runSql(target.url, 'create table public.orders (id int primary key, sum numeric)');
        await place.runJson(['backup']);
      }
      if (index === 5) {
        expect(await runSql(target.url, 'select count(*) as n from rescue.orders')).toEqual([{ n: '50' }]);
        expect(await runSql(target.url, 'select count(*) as n from public.orders')).toEqual([{ n: '0' }]);
      }
    }
  });
});
