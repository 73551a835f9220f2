import { expect, it } from 'vitest';
import { closeAbandoned } from '#inngest/close-abandoned.ts';
import { type Ending, failedEnding } from '#inngest/finish-run.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

it('answers what has to come back again to an attempt that repeats one which was killed behind its last write', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, 'create table mine (id integer)');
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await damages['one flipped bit'](await findChunk(holdfast, { name: 'orders' }));
    const asked = { from: 'source', strategy: 'in-place', replace: true, confirm: 'target' };
    const { id, result } = await holdfast.restore(asked);
    expect(result).toMatchObject({ status: 'failed', exitCode: 5 });
    const workspace = await holdfast.workspace();
    const { status, exitCode, error } = result;
    const ending: Ending = { status, exitCode, message: '', outcome: null, error };
    const close = (how: Ending) => closeAbandoned(workspace, id, { ending: how, isLastAttempt: true });
    // It has come back already.
    expect(await close(ending)).toMatchObject([{ outcome: { run: id, status: 'failed' }, bringBack: null }]);
    await runSql(target.url, 'drop table mine');
    expect(await close(ending)).toMatchObject([{ outcome: { run: id }, bringBack: { connection: 'target' } }]);
    // A run that has ended by itself is nobody's to close.
    const cancelled = new CancelledError('cancelled', { code: 'cancelled', hint: '' });
    expect(await close(failedEnding(cancelled))).toEqual([]);
  });
});
