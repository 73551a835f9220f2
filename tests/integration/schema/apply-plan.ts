import type { SchemaPlan } from '#lib/schema/plan-schema.ts';
import { restoreSessionSettings } from '#lib/schema/restore-session-settings.ts';
import { withClient } from '#tests/support/with-client.ts';

/** Runs a plan: pre-data in one transaction, then each wave with one connection and one transaction a group, then the last. */
export async function applyPlan(url: string, plan: SchemaPlan): Promise<void> {
  await runGroup(url, plan.preData);
  for (const wave of plan.postData) {
    const failures = (await Promise.allSettled(wave.map((group) => runGroup(url, group)))).filter(
      (outcome) => outcome.status === 'rejected',
    );
    if (failures.length > 0) throw new AggregateError(failures.map(({ reason }) => reason));
  }
  await runGroup(url, plan.last);
}

async function runGroup(url: string, group: SchemaPlan['preData']): Promise<void> {
  await withClient(url, async (client) => {
    for (const setting of restoreSessionSettings) await client.query(setting);
    await client.query('begin');
    for (const { sql, object } of group) {
      await client.query(sql).catch((cause: unknown) => {
        throw new Error(object, { cause });
      });
    }
    await client.query('commit');
  });
}
