import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSwapArena } from '#tests/kill/transfer/open-swap-arena.ts';
import { type LeftByTransfer, playTransferRound } from '#tests/kill/transfer/play-transfer-round.ts';
import { calmRound, runTransferCampaign } from '#tests/kill/transfer/run-transfer-campaign.ts';
import { tallyTransfers } from '#tests/kill/transfer/tally-transfers.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

/** Enough rows for several chunks and steps. */
const scale = 0.05;

describe('a short kill campaign over transfers', () => {
  it('leaves the old or the new content live, whatever was killed, and nothing else behind', {
    timeout: 8 * 60_000,
  }, async () => {
    const said: string[] = [];
    const { passed, played } = await runTransferCampaign({
      ...{ strategy: 'database-swap', rounds: 8, seed: 9, only: [1, 5, 8] },
      ...{ undisturbed: { transfer: 4_000, rollback: 1_500, discard: 1_000 }, scale, print: (line) => said.push(line) },
    });
    expect(passed, said.join('\n')).toBe(true);
    expect(played.map(({ round }) => round.kind)).toEqual(['cutover', 'damage', 'crash']);
    // A campaign whose kills all miss proves nothing.
    const { kills, resumes, cutoverRounds } = tallyTransfers(played);
    expect(kills, said.join('\n')).toBeGreaterThan(3);
    expect(resumes, said.join('\n')).toBeGreaterThan(1);
    expect(cutoverRounds, said.join('\n')).toBeGreaterThan(0);
  });
});

describe('the judges of that campaign', () => {
  /** Faults that are planted in what a good transfer has left, how they go again, and what has to be said of them. */
  function listFaults(live: string, server: string, { repository, state, asideUrl }: LeftByTransfer) {
    const mark = join(repository, 'kept', '20261121T120000Z-other.cutover');
    const journal = join(state, 'cli-0123456789.jsonl');
    const sql = (url: string, plant: string, mend: string) => ({
      plant: () => runSql(url, plant),
      mend: () => runSql(url, mend),
    });
    return [
      {
        ...sql(server, 'create database live_studio__staging_x', 'drop database live_studio__staging_x'),
        says: /beside the target lies .*live_studio__staging_x/,
      },
      {
        ...sql(
          live,
          'update players set generation = 99 where id = 7',
          'update players set generation = 0 where id = 7',
        ),
        says: /table players: source/,
      },
      {
        ...sql(asideUrl, 'insert into keyless (n) values (1)', 'delete from keyless where said is null'),
        says: /what was put aside is not what was served: table keyless/,
      },
      { ...sql(live, 'create schema holdfast', 'drop schema holdfast'), says: /schema holdfast: source undefined/ },
      {
        ...sql(
          live,
          'alter database live_studio connection limit 5',
          'alter database live_studio connection limit 177',
        ),
        says: /the database has keeper; 5;/,
      },
      { plant: () => writeFile(mark, '{}'), mend: () => rm(mark), says: /kept\/ holds .*other\.cutover/ },
      { plant: () => writeFile(journal, ''), mend: () => rm(journal), says: /the state folder holds cli-0123456789/ },
      {
        plant: () => writeFile(join(repository, 'chunks', 'torn'), 'x'),
        mend: () => rm(join(repository, 'chunks', 'torn')),
        says: /chunks\/torn does not hold what its name says/,
      },
    ];
  }

  it('see every fault that is planted, and nothing where there is none', { timeout: 4 * 60_000 }, async () => {
    await using arena = await openSwapArena({ scale });
    await using homes = await arena.openHomes(calmRound);
    const { target } = homes;
    const [server = ''] = target.serverUrls();
    const heard: string[] = [];
    const onlyThere = { ...calmRound, rollbackKills: undefined };
    const played = await playTransferRound(onlyThere, {
      ...{ folder: arena.folder, homes, log: join(arena.folder, 'said', 'judges.log') },
      undisturbed: { transfer: 6_000, rollback: 1_500, discard: 1_000 },
      async inspect(left) {
        const faults = listFaults(target.liveUrl(), server, left);
        for (const { plant } of faults) await plant();
        await withClient(server, async (client) => {
          await client.query(`set application_name = 'holdfast'`);
          heard.push(...(await left.judge()));
        });
        for (const { mend } of faults) await mend();
        for (const { says } of faults) expect(heard.join('\n')).toMatch(says);
        expect(heard.join('\n')).toMatch(/session \d+ is left/);
        expect(await left.judge()).toEqual([]);
      },
    });
    expect(heard).toHaveLength(9);
    // The client has seen the mixture and the ledger for itself.
    expect(played.wrong.join('\n')).toMatch(/served: generations 0,99|served: generations 99,0/);
    expect(played.wrong.join('\n')).toContain('and the ledger of a restore');
  });
});
