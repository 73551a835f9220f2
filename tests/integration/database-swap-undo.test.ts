import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { openSwapPlace, type SwapCutover, type SwapPlace } from '#tests/support/swap-place.ts';
import { testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { watchDatabase } from '#tests/support/watch-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

const { url } = testCluster('target');

/** A place whose first run has gone live. */
async function openSwapped(): Promise<{ place: SwapPlace; cutover: SwapCutover }> {
  const place = await openSwapPlace(url);
  const cutover = await place.stage(await place.plan());
  await databaseSwap.cutOver(place.workspace, cutover);
  return { place, cutover };
}

describe('a rollback', () => {
  it('brings the old content back and keeps the writes since, readable', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    await runSql(place.urlOf(place.live), `insert into content values (5000, 'written since')`);
    const watch = watchDatabase(place.urlOf(place.live), { everyMs: 10 });
    await watch.untilSeen(3);
    const facts = await databaseSwap.rollBack(place.workspace, cutover);
    await watch.untilSeen(3);
    const seen = (await watch.stop()).flatMap(({ content }) => content ?? []);
    expect(new Set(seen)).toEqual(new Set(['torn', 'old']));
    expect(seen.indexOf('old')).toBe(seen.lastIndexOf('torn') + 1);

    const { rolledBack } = cutover.details;
    expect(facts).toMatchObject({ putAside: { database: rolledBack, host: null }, notes: [] });
    expect(facts.interruptionMs).toBeGreaterThan(0);
    const written = await runSql(place.urlOf(rolledBack), `select version from content where n = 5000`);
    expect(written).toEqual([{ version: 'written since' }]);
    expect(await place.databases()).toEqual([place.live, rolledBack].sort());
    expect(await databaseSwap.rollBack(place.workspace, cutover)).toEqual({
      ...facts,
      interruptionMs: null,
      lsn: null,
    });
  });

  it('is done once where several come at once', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    const attempts = await Promise.all([0, 1, 2].map(() => databaseSwap.rollBack(place.workspace, cutover)));
    expect(attempts.filter(({ interruptionMs }) => interruptionMs !== null)).toHaveLength(1);
    expect(await place.content(place.live)).toBe('old');
  });

  it('does nothing where the cut-over has not happened', async () => {
    await using place = await openSwapPlace(url);
    const planned = await place.plan();
    const nothing = { putAside: null, interruptionMs: null, lsn: null, notes: [] };
    expect(await databaseSwap.rollBack(place.workspace, planned)).toMatchObject(nothing);
    const staged = await place.stage(planned);
    expect(await databaseSwap.rollBack(place.workspace, staged)).toMatchObject(nothing);
    expect(await place.content(place.live)).toBe('old');
    expect(await place.content(staged.details.staging)).toBe('new');
  });

  it('is refused where a later run has gone live, and changes nothing', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    const later = await place.stage(await place.plan(), 'third');
    await databaseSwap.cutOver(place.workspace, later);
    const before = await place.databases();
    const refused = databaseSwap.rollBack(place.workspace, cutover);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(`${place.live} is not the one that run ${cutover.run} knows`);
    expect(await place.databases()).toEqual(before);
    expect(await place.content(place.live)).toBe('third');
    // One after the other they can be taken back.
    await databaseSwap.rollBack(place.workspace, later);
    expect(await place.content(place.live)).toBe('new');
    await databaseSwap.rollBack(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('old');
  });

  it('is refused where the former database was dropped', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    await databaseSwap.discard(place.workspace, cutover);
    await expect(databaseSwap.rollBack(place.workspace, cutover)).rejects.toThrow(/was dropped: what .* is gone/);
    expect(await place.content(place.live)).toBe('new');
  });

  it('that fails for good says what state is left, and the statements that do it by hand', async () => {
    await using role = await createRole(url, { attributes: 'createdb' });
    await using place = await openSwapPlace(url, { as: role.url });
    const cutover = await place.stage(await place.plan());
    await databaseSwap.cutOver(place.workspace, cutover);
    await runSql(url, `alter role ${role.name} nocreatedb`);
    const failed = await databaseSwap.rollBack(place.workspace, cutover).catch((cause: unknown) => cause);
    expect(failed).toBeInstanceOf(RollbackFailedError);
    const { message, hint } = failed instanceof RollbackFailedError ? failed : { message: '', hint: '' };
    const { live, before, rolledBack, maintenance } = cutover.details;
    expect(message).toContain(`Database ${live} still has the restored content, and ${before} its former one`);
    expect(await place.content(live)).toBe('new');

    const [, said = '', statements = ''] = /^As a superuser, connected to database (\S+): (.*)$/.exec(hint) ?? [];
    expect(said).toBe(maintenance);
    await using _ = await openGuest(place.urlOf(live));
    // One after the other, as psql sends them.
    await withClient(url, async (client) => {
      for (const statement of statements.split('; ')) await client.query(statement);
    });
    expect(await place.content(live)).toBe('old');
    expect(await place.content(rolledBack)).toBe('new');
    expect(await databaseSwap.rollBack(place.workspace, cutover)).toMatchObject({ putAside: { database: rolledBack } });
  });

  it('finds the former database where a person has renamed it', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    const elsewhere = pg.escapeIdentifier(`${place.live}__kept`);
    await runSql(url, `alter database ${pg.escapeIdentifier(cutover.details.before)} rename to ${elsewhere}`);
    await databaseSwap.rollBack(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('old');
  });

  it('is not undone by an attempt of the cut-over that comes late', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    await databaseSwap.rollBack(place.workspace, cutover);
    await expect(databaseSwap.cutOver(place.workspace, cutover)).rejects.toThrow(RefusedError);
    expect(await place.content(place.live)).toBe('old');
  });
});

describe('dropping staging of a run that is undone', () => {
  it('drops it and nothing else, twice without harm', async () => {
    await using place = await openSwapPlace(url);
    const planned = await place.plan();
    await place.stage(planned);
    // The run was killed before it noted the oid: the plan alone is known.
    await databaseSwap.dropStaging(place.workspace, planned);
    await databaseSwap.dropStaging(place.workspace, planned);
    expect(await place.databases()).toEqual([place.live]);
    expect(await place.content(place.live)).toBe('old');
  });

  it('keeps both databases where the cut-over came about all the same, and asks for another attempt', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    const before = await place.databases();
    const refused = databaseSwap.dropStaging(place.workspace, cutover);
    await expect(refused).rejects.toMatchObject({ code: 'went_live', retryable: true });
    expect(await place.databases()).toEqual(before);
  });

  it('loses nothing when the cut-over commits at the same moment', async () => {
    for (let round = 0; round < 8; round++) {
      await using place = await openSwapPlace(url);
      const cutover = await place.stage(await place.plan());
      const [swapped, dropped] = await Promise.allSettled([
        databaseSwap.cutOver(place.workspace, cutover),
        new Promise((resolve) => setTimeout(resolve, round * 12)).then(() =>
          databaseSwap.dropStaging(place.workspace, cutover),
        ),
      ]);
      const names = await place.databases();
      if (swapped.status === 'fulfilled') {
        expect(dropped.status).toBe('rejected');
        expect(await place.content(cutover.details.before)).toBe('old');
        expect(await place.content(place.live)).toBe('new');
      } else {
        expect(names).toEqual([place.live]);
        expect(await place.content(place.live)).toBe('old');
      }
    }
  });
});

describe('discarding', () => {
  it('drops the staging database of a run that died, whoever is connected, twice without harm', async () => {
    await using place = await openSwapPlace(url);
    const planned = await place.plan();
    const { details } = await place.stage(planned);
    await using guest = await openGuest(place.urlOf(details.staging), 'begin; select * from content');
    // The run was killed before it noted the oid: the plan alone is known.
    await databaseSwap.discard(place.workspace, planned);
    expect(String(await guest.ended)).toMatch(/terminat/);
    expect(await place.databases()).toEqual([place.live]);
    await databaseSwap.discard(place.workspace, planned);
    expect(await place.content(place.live)).toBe('old');
  });

  it('drops the former database after the cut-over, and the restored one after a rollback, never the live one', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    await using guest = await openGuest(place.urlOf(place.live));
    await databaseSwap.discard(place.workspace, cutover);
    await databaseSwap.discard(place.workspace, cutover);
    expect(await place.databases()).toEqual([place.live]);
    await expect(guest.client.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
    await guest.client.end();

    const next = await place.stage(await place.plan(), 'third');
    await databaseSwap.cutOver(place.workspace, next);
    await databaseSwap.rollBack(place.workspace, next);
    await Promise.all([0, 1, 2].map(() => databaseSwap.discard(place.workspace, next)));
    expect(await place.databases()).toEqual([place.live]);
    expect(await place.content(place.live)).toBe('new');
  });

  it('is refused where the live name is gone: what was put aside may be all there is', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    await runSql(url, `drop database ${pg.escapeIdentifier(place.live)} with (force)`);
    await expect(databaseSwap.discard(place.workspace, cutover)).rejects.toThrow(RefusedError);
    expect(await place.content(cutover.details.before)).toBe('old');
    await runSql(
      url,
      `alter database ${pg.escapeIdentifier(cutover.details.before)} rename to ${pg.escapeIdentifier(place.live)}`,
    );
    await databaseSwap.discard(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('old');
  });

  it('is refused where another database has one of the names', async () => {
    const { place, cutover } = await openSwapped();
    await using _ = place;
    const before = pg.escapeIdentifier(cutover.details.before);
    await runSql(url, `drop database ${before}`);
    await runSql(url, `create database ${before}`);
    await expect(databaseSwap.discard(place.workspace, cutover)).rejects.toThrow(
      /is not the one that the run has made/,
    );
    expect(await place.databases()).toContain(cutover.details.before);
  });
});
