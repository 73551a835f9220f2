import { expect, it } from 'vitest';
import { withSession } from '#lib/postgres/connect.ts';
import { wholeSchema } from '#lib/schema/choose-entries.ts';
import { dumpSchema } from '#lib/schema/dump-schema.ts';
import { planSchema } from '#lib/schema/plan-schema.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { applyPlan } from './apply-plan.ts';
import { dumpText } from './dump-text.ts';

// Two things of the zoo print otherwise on 18 whoever restores them: a NOT NULL constraint has a name there, and an owner
// who gave all privileges away keeps MAINTAIN, which 16 does not have. So the measure is pg_dump's own plain script.
it('the zoo’s schema comes out of PostgreSQL 18 exactly as by pg_dump’s own script', async () => {
  const template = await zooTemplate();
  await withDatabase({ cluster: 'source', template }, async (source) => {
    const { entries } = await withSession({ name: 'zoo', url: source }, (session) =>
      dumpSchema({ session, url: source, environment: {}, serverMajor: 16, lockTimeoutMs: 10_000, force: 'wasm' }),
    );
    await withDatabase({ cluster: 'target' }, async (byPlan) => {
      await applyPlan(byPlan, planSchema(entries, wholeSchema));
      await withDatabase({ cluster: 'target' }, async (byScript) => {
        await runSql(byScript, await dumpText(source));
        expect(await dumpText(byPlan)).toBe(await dumpText(byScript));
      });
    });
  });
});
