import { describe, expect, it } from 'vitest';
import { type NeonPlace, openNeonPlace } from '#tests/support/neon-place.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

describe('a cut-over by branch restore', () => {
  it('builds an empty database of the same name in a child branch and leaves the live one alone', async () => {
    await using place = await openNeonPlace({ databases: ['shop', 'other'] });
    await runSql(place.plane.urlOf('shop'), `select pg_catalog.lo_from_bytea(0, '\\x00')`);
    const cutover = await place.plan();
    expect(cutover.because).toBe('the target is branch main of the Neon project holdfast-tests-000001');
    const staged = await place.stage(cutover);
    expect(place.branches()).toEqual([staged.details.stagingName, 'main'].sort());
    const child = place.plane.urlOf('shop', staged.details.stagingName);
    const facts = `select datdba::regrole::text as owner, pg_encoding_to_char(encoding) as encoding, datcollate
      from pg_database where datname = 'shop'`;
    expect(await runSql(child, facts)).toEqual(await runSql(place.plane.urlOf('shop'), facts));
    expect(await runSql(child, 'select count(*) from pg_largeobject_metadata')).toEqual([{ count: '0' }]);
    expect(await runSql(child, `select datname from pg_database where not datistemplate order by 1`)).toEqual([
      { datname: 'other' },
      { datname: 'postgres' },
      { datname: 'shop' },
    ]);
    expect(await place.content()).toBe('old');
    expect(await place.content(staged.staging)).toBe('new');
  });

  it('makes the copy live under the same URL, with what belongs to the database, and keeps what was there', async () => {
    await using place = await openNeonPlace();
    // A role that another one has made is out of the reach of the one that restores.
    await runSql(place.plane.urlOf('postgres'), 'create role reader');
    await runSql(place.plane.superuserUrlOf('postgres'), `create role guest`);
    await runSql(
      place.plane.superuserUrlOf('postgres'),
      `alter database shop set work_mem = '7MB'; alter role reader in database shop set jit = off;
       comment on database shop is 'the shop'; revoke connect on database shop from public;
       grant connect on database shop to reader; alter database shop connection limit 33`,
    );
    const belongings = `select datacl::text, datconnlimit, shobj_description(oid, 'pg_database'),
      (select string_agg(setrole::regrole::text || setconfig::text, ' ' order by 1) from pg_db_role_setting where setdatabase = d.oid)
      from pg_database d where datname = 'shop'`;
    const before = await runSql(place.plane.superuserUrlOf('postgres'), belongings);
    await runSql(place.plane.superuserUrlOf('postgres'), `alter role guest in database shop set jit = off`);
    const live = await place.cutOver(await place.stage(await place.plan()));
    expect(await place.content()).toBe('new');
    expect(await place.content(live.putAside)).toBe('old');
    expect(live.interruptionMs).toBeGreaterThan(0);
    expect(live.cutOverLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(live.notes).toEqual(['setting jit of role guest of database shop was not carried over: the role may not']);
    expect(await runSql(place.plane.superuserUrlOf('postgres'), belongings)).toEqual(before);
    const hosts = place.plane.branches().map(({ name, host }) => [name, host !== null]);
    expect(Object.fromEntries(hosts)).toEqual({
      main: true,
      [live.details.stagingName]: false,
      [live.details.preservedName]: true,
    });
  });

  it('drops the clients of the target, who come back to the new content', async () => {
    await using place = await openNeonPlace();
    const staged = await place.stage(await place.plan());
    const lost = withClient(place.plane.urlOf('shop'), (client) => client.query('select pg_sleep(60)'));
    const [, live] = await Promise.all([expect(lost).rejects.toThrow(), place.cutOver(staged)]);
    expect(live.state).toBe('live');
    expect(await place.content()).toBe('new');
  });

  it('rolls back to the former content and keeps what was written since', async () => {
    await using place = await openNeonPlace();
    const live = await place.cutOver(await place.stage(await place.plan()));
    await runSql(place.plane.urlOf('shop'), `insert into content values ('written since')`);
    const back = await place.rollBack(live);
    expect(await place.content()).toBe('old');
    expect(await place.content(back.putAside)).toBe('new written since');
    expect(back.interruptionMs).toBeGreaterThan(0);
  });

  it('does nothing twice', async () => {
    await using place = await openNeonPlace();
    const cutover = await place.plan();
    const staged = await place.stage(cutover);
    // A second attempt of the step, whose first one is at work already: the content stays.
    const again = { ...staged, details: (await place.stage(cutover, 'more').catch(() => staged)).details };
    expect(again.details).toEqual(staged.details);
    expect(await place.content(staged.staging)).toBe('new');

    const live = await place.cutOver(staged);
    const liveAgain = await place.cutOver(staged);
    expect(liveAgain).toMatchObject({ putAside: live.putAside, details: live.details, interruptionMs: null });

    const back = await place.rollBack(live);
    const backAgain = await place.rollBack(live);
    expect(backAgain).toMatchObject({ putAside: back.putAside, details: back.details, interruptionMs: null });
    expect(place.branches()).toHaveLength(4);

    await place.discard(back);
    const branches = place.branches();
    await place.discard(back);
    expect(place.branches()).toEqual(branches);
    expect(await place.content()).toBe('old');
  });

  it('has nothing to roll back before it went live', async () => {
    await using place = await openNeonPlace();
    const staged = await place.stage(await place.plan());
    const back = await place.rollBack(staged);
    expect(back).toMatchObject({ putAside: null, interruptionMs: null });
    await place.discard(staged);
    expect(place.branches()).toEqual(['main']);
    expect(await place.content()).toBe('old');
  });

  it('goes on from every moment at which the child was being emptied', async () => {
    await using place = await openNeonPlace();
    const { plane } = place;
    const made = await place.stage(await place.plan());
    const child = plane.superuserUrlOf('postgres', made.details.stagingName);
    const next = `shop__staging_${made.run}`;
    // As it was between the drop and the rename.
    await runSql(child, `alter database shop rename to "${next}"`);
    const { details } = await place.stage(made).catch(() => made);
    expect(details).toEqual(made.details);
    expect(await runSql(child, `select datname from pg_database where datname like 'shop%'`)).toEqual([
      { datname: 'shop' },
    ]);
    // As it was before the drop: both there.
    const second = await place.plan();
    plane.inject({ fault: 'lose-answer', matching: /POST .*branches$/ });
    await expect(place.stage(second)).rejects.toMatchObject({ name: 'UnavailableError' });
    await plane.settled();
    await runSql(
      plane.urlOf('postgres', second.details.stagingName),
      `create database "shop__staging_${second.run}" oid ${second.details.stagingOid}`,
    );
    const staged = await place.stage(second, 'second');
    expect(await place.content(staged.staging)).toBe('second');
  });
});

describe('a target that is not the plan’s any more', () => {
  it('is not cut over, nor rolled back over a later run', async () => {
    await using place = await openNeonPlace();
    const first = await place.stage(await place.plan(), 'first');
    const second = await place.stage(await place.plan(), 'second');
    const firstLive = await place.cutOver(first);
    await expect(place.cutOver(second)).rejects.toMatchObject({ name: 'RefusedError', code: 'replaced_since' });
    await place.discard(second);
    const third = await place.cutOver(await place.stage(await place.plan(), 'third'));
    await expect(place.rollBack(firstLive)).rejects.toMatchObject({ name: 'RefusedError', code: 'replaced_since' });
    expect(await place.content()).toBe('third');
    await place.rollBack(third);
    expect(await place.content()).toBe('first');
    await place.rollBack(firstLive);
    expect(await place.content()).toBe('old');
  });

  it('is told from the plan’s even where oids of parted histories would meet', async () => {
    await using place = await openNeonPlace();
    const first = await place.cutOver(await place.stage(await place.plan(), 'first'));
    await place.rollBack(first);
    const second = await place.cutOver(await place.stage(await place.plan(), 'second'));
    await expect(place.rollBack(first)).rejects.toMatchObject({ code: 'replaced_since' });
    await expect(place.cutOver(first)).rejects.toMatchObject({ code: 'neon_branch_gone' });
    expect(await place.content()).toBe('second');
    expect(await place.content(second.putAside)).toBe('old');
  });

  it('is not prepared for where it was replaced since the plan', async () => {
    await using place = await openNeonPlace();
    const cutover = await place.plan();
    await runSql(place.plane.urlOf('postgres'), 'drop database shop with (force); ');
    await runSql(place.plane.urlOf('postgres'), 'create database shop');
    await expect(place.stage(cutover)).rejects.toMatchObject({ code: 'replaced_since' });
    expect(place.branches()).toEqual(['main']);
  });

  it('does not go live with a child that somebody has changed', async () => {
    await using place = await openNeonPlace();
    const staged = await place.stage(await place.plan());
    const child = place.plane.urlOf('postgres', staged.details.stagingName);
    await runSql(child, 'drop database shop with (force)');
    await runSql(child, 'create database shop');
    await expect(place.cutOver(staged)).rejects.toMatchObject({ code: 'replaced_since' });
    await place.discard(staged);
    expect(place.branches()).toEqual(['main']);
    expect(await place.content()).toBe('old');
  });
});

describe('discarding', () => {
  it('empties what Neon keeps, as the live branch descends from it', async () => {
    await using place = await openNeonPlace();
    const live = await place.cutOver(await place.stage(await place.plan()));
    await place.discard(live);
    expect(await place.content()).toBe('new');
    const kept = [`holdfast-emptied-before-${live.run}`, `holdfast-emptied-staging-${live.run}`];
    expect(place.branches()).toEqual([...kept, 'main']);
    for (const name of kept) {
      const databases = await runSql(place.plane.superuserUrlOf('postgres', name), 'select datname from pg_database');
      expect(databases.map(({ datname }) => datname)).not.toContain('shop');
    }
    expect(place.plane.branches().filter(({ host }) => host !== null)).toHaveLength(1);
    await expect(place.rollBack(live)).rejects.toMatchObject({ code: 'neon_branch_gone' });
    expect(await place.content()).toBe('new');
  });

  it('deletes everything where Neon lets it', async () => {
    await using place = await openNeonPlace({ ancestry: 'detached' });
    const live = await place.cutOver(await place.stage(await place.plan()));
    await place.discard(live);
    expect(place.branches()).toEqual(['main']);
    expect(await place.content()).toBe('new');
  });

  it('after a rollback leaves the former content live and nothing of the copy', async () => {
    await using place = await openNeonPlace();
    const back = await place.rollBack(await place.cutOver(await place.stage(await place.plan())));
    await place.discard(back);
    expect(place.branches()).toEqual([`holdfast-emptied-before-${back.run}`, 'main']);
    expect(await place.content()).toBe('old');
  });

  it('leaves branches of people alone, and what they hang on', async () => {
    await using place = await openNeonPlace({ ancestry: 'detached' });
    const { plane } = place;
    const main = plane.branches()[0]?.id ?? '';
    await fetch(`${plane.url}/projects/${plane.project}/branches`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${plane.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ branch: { parent_id: main, name: 'preview' }, endpoints: [{ type: 'read_write' }] }),
    });
    await plane.settled();
    const cutover = await place.plan();
    expect(cutover.because).toContain(`its child branch will hang under ${cutover.details.preservedName} afterwards`);
    const live = await place.cutOver(await place.stage(cutover));
    await place.discard(live);
    expect(place.branches()).toEqual([`holdfast-emptied-before-${live.run}`, 'main', 'preview']);
    expect(await runSql(plane.urlOf('shop', 'preview'), 'select word from content')).toEqual([{ word: 'old' }]);
  });
});

describe('a process that is killed', () => {
  /** Every attempt dies at the first change it asks for: before Neon has carried it out, then after. */
  async function attemptUntilDone<T>(place: NeonPlace, verb: () => Promise<T>): Promise<{ result: T; kills: number }> {
    for (let kills = 0; ; kills++) {
      expect(kills).toBeLessThan(30);
      place.plane.clearFaults();
      const matching = /^(POST|DELETE|PATCH) /;
      if (kills % 2 === 1) place.plane.inject({ fault: 'lose-answer', matching });
      place.plane.inject({ fault: { status: 401, message: 'killed' }, matching, times: 1_000 });
      const outcome = await verb().then(
        (result) => ({ result }),
        (cause: Error) => cause.message,
      );
      place.plane.clearFaults();
      if (typeof outcome === 'object') return { ...outcome, kills };
      expect(outcome).toMatch(/killed|socket hang up|ECONNRESET/);
      // As long after as it likes: Neon may still be at work when the next attempt comes.
      if (kills % 4 > 1) await place.plane.settled();
    }
  }

  it.each(['chain', 'detached'] as const)('at every change in turn comes to the same end (%s)', async (ancestry) => {
    await using place = await openNeonPlace({ ancestry });
    const cutover = await place.plan();
    const staged = await attemptUntilDone(place, () => place.stage(cutover));
    expect(staged.kills).toBe(2);
    expect(await place.content(staged.result.staging)).toBe('new');
    expect(await place.content()).toBe('old');

    const live = await attemptUntilDone(place, () => place.cutOver(staged.result));
    // What comes after the restore is a note and no error: the first attempt that finds it done answers.
    expect(live.kills).toBe(2);
    const again = await place.cutOver(staged.result);
    expect(again.notes).toEqual([]);
    expect(await place.content()).toBe('new');
    expect(await place.content(again.putAside)).toBe('old');

    const back = await attemptUntilDone(place, () => place.rollBack(again));
    const backAgain = await place.rollBack(again);
    expect(await place.content()).toBe('old');
    expect(await place.content(backAgain.putAside)).toBe('new');

    await attemptUntilDone(place, () => place.discard(back.result));
    const kept = ancestry === 'chain' ? [`holdfast-emptied-before-${cutover.run}`] : [];
    expect(place.branches()).toEqual([...kept, 'main']);
    expect(await place.content()).toBe('old');
  });

  it('while its staging is being discarded leaves nothing in the end', async () => {
    await using place = await openNeonPlace();
    const staged = await place.stage(await place.plan());
    const { kills } = await attemptUntilDone(place, () => place.discard(staged));
    expect(kills).toBe(2);
    expect(place.branches()).toEqual(['main']);
  });
});
