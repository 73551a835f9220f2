import { describe, expect, it } from 'vitest';
import { criticalQueries } from '#demo/critical-queries.ts';
import { createGameStudio } from '#demo/game-studio.ts';
import { compareDatabases } from '#tests/support/compare-databases.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

const allRows = `
  select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', oid::regclass), false, true, '')))[1]::text::int) as rows
  from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;

describe('the game studio of the demo', () => {
  it('has more than 200,000 rows and an answer to each of the eight critical queries', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await withClient(url, (session) => createGameStudio(session, { seed: 20_261_121, scale: 1 }));
      const [counted] = await runSql(url, allRows);
      expect(Number(counted?.['rows'])).toBeGreaterThan(200_000);
      expect(criticalQueries).toHaveLength(8);
      for (const { name, sql } of criticalQueries) {
        const rows = await runSql(url, sql);
        expect(rows, name).not.toEqual([]);
        expect(Object.values(rows[0] ?? {}), name).not.toContain('0');
      }
    });
  });

  it('is the same on PostgreSQL 16 and 18 for one seed, and another for another', async () => {
    await withDatabase({ cluster: 'source' }, (first) =>
      withDatabase({ cluster: 'target' }, async (second) => {
        await withClient(first, (session) => createGameStudio(session, { seed: 1, scale: 0.02 }));
        await withClient(second, (session) => createGameStudio(session, { seed: 1, scale: 0.02 }));
        expect(await compareDatabases(first, second)).toEqual([]);
        await withDatabase({ cluster: 'source' }, async (other) => {
          await withClient(other, (session) => createGameStudio(session, { seed: 2, scale: 0.02 }));
          expect((await compareDatabases(first, other)).length).toBeGreaterThan(1000);
        });
      }),
    );
  });
});
