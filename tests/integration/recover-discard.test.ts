import { expect, it } from 'vitest';
import { recoverTables } from '#tests/support/recover.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

const schemas = `select nspname from pg_namespace where nspname in ('side', 'other') order by 1`;

it('a discard drops the side schema of a recovery, and nothing that others have put into it', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key); insert into players values (1), (2)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    await holdfast.backup();
    const failed = await recoverTables(holdfast, ['players'], { schema: 'pg_side' });
    expect(failed.result.status).toBe('refused');
    const nothing = await holdfast.run('discard', { run: failed.id });
    expect(nothing.result).toMatchObject({ status: 'refused', error: { code: 'nothing_put_aside' } });

    const recovered = await recoverTables(holdfast, ['players']);
    expect(recovered.result.status).toBe('completed');
    await runSql(source.url, 'create view side.best as select * from side.players');
    const kept = await holdfast.run('discard', { run: recovered.id });
    expect(kept.result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'side_schema_left' } });
    expect(await runSql(source.url, 'select count(*) from side.best')).toEqual([{ count: '2' }]);

    await runSql(source.url, 'drop view side.best');
    const dropped = await holdfast.run('discard', { run: recovered.id });
    expect(dropped.result).toMatchObject({
      ...{ status: 'completed', run: { target: 'source' } },
      outcome: { discarded: recovered.id, sideSchema: 'side' },
    });
    expect(await runSql(source.url, schemas)).toEqual([]);
    const again = await holdfast.run('discard', { run: recovered.id });
    expect(again.result).toMatchObject({ status: 'refused', error: { code: 'already_discarded' } });

    // A schema of the name that is somebody else's by now is left alone.
    const other = await recoverTables(holdfast, ['players'], { schema: 'other' });
    await runSql(source.url, 'drop schema other cascade; create schema other; create table other.players (id int)');
    await holdfast.run('discard', { run: other.id });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'other' }]);
    expect(await runSql(source.url, 'select count(*) from other.players')).toEqual([{ count: '0' }]);
    expect(await runSql(source.url, 'select count(*) from players')).toEqual([{ count: '2' }]);
  });
});
