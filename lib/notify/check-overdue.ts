import type { Channel } from '#lib/config/channel.ts';
import { readRecovery } from '#lib/promise/read-recovery.ts';
import { timePrefix } from '#lib/repository/time-id.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { readOverdueAlarm, readPromiseAlarm, writeOverdueAlarm, writePromiseAlarm } from './alarm-store.ts';
import type { Notice } from './notice.ts';
import { type Letter, putLetter } from './outbox.ts';
import { planLetters } from './plan-letters.ts';
import { type OverdueVerdict, planOverdue } from './plan-overdue.ts';
import { type PromiseAlarm, planPromiseAlarm } from './plan-promise-alarm.ts';

/** What the check found of every connection of which something is promised, and who is to be told. */
export interface OverdueCheck {
  connections: (OverdueVerdict & { connection: string })[];
  /** Of those with an `rpo` or an `rto`: whether what drills prove keeps it. */
  promises: (Pick<PromiseAlarm, 'broken' | 'says'> & { connection: string })[];
  letters: Letter[];
}

/**
 * Looks whether the backups of every connection are young enough, and proven lately and quickly enough: what fires when
 * nothing ran. Letters are written down before the state that they were told. One listing, and for each connection with a
 * promise two reads, and with an `rto` that of the check that has measured.
 * @throws DamagedError, StorageError, UnavailableError.
 */
export async function checkOverdue(workspace: Workspace, now: Date): Promise<OverdueCheck> {
  const { config, repository } = workspace;
  const { alarms, care } = config;
  const byConnection = Map.groupBy(await listStandings(repository), ({ connection }) => connection);
  const found: OverdueCheck = { connections: [], promises: [], letters: [] };
  for (const [connection, its] of care) {
    const standings = byConnection.get(connection) ?? [];
    const promise = await checkPromise(workspace, { connection, standings, now });
    if (promise !== undefined) {
      const { broken, says, letters } = promise;
      found.promises.push({ connection, broken, says });
      found.letters.push(...letters);
    }
    const alarm = await readOverdueAlarm(repository, connection);
    const verdict = planOverdue({ connection, care: its, standings, alarm, repeatAfterMs: alarms.repeatAfterMs, now });
    if (verdict.overdue === null) continue;
    found.connections.push({ connection, ...verdict });
    const { told } = verdict;
    // Where nobody can be told, nobody was: the alarm is for when there is a channel.
    if (told === null || alarms.channels.length === 0) continue;
    const letters = writeLetters(alarms.channels, {
      ...{ connection, told, now, id: told, kind: 'backup' },
      title: told === 'overdue' ? `Backup of ${connection} is overdue` : `Backup of ${connection} is in time again`,
      message: verdict.says,
      hint: 'Look whether what starts the backups still runs: `holdfast status`, `holdfast runs`.',
      backup: verdict.newest,
    });
    for (const letter of letters) await putLetter(repository, letter);
    await writeOverdueAlarm(repository, connection, { overdue: told === 'overdue', toldAt: now.toISOString() });
    found.letters.push(...letters);
  }
  return found;
}

/** Where something is promised of the proofs. */
async function checkPromise(
  { config, repository }: Workspace,
  { connection, standings, now }: { connection: string; standings: readonly Standing[]; now: Date },
): Promise<(PromiseAlarm & { letters: Letter[] }) | undefined> {
  const { alarms } = config;
  const care = config.care.get(connection);
  if (care === undefined || (care.rpoMs === null && care.rtoMs === null)) return undefined;
  const recoveryMs = care.rtoMs === null ? null : (await readRecovery(repository, { standings, now })).recoveryMs;
  const alarm = await readPromiseAlarm(repository, connection);
  const { repeatAfterMs, channels } = alarms;
  const verdict = planPromiseAlarm({ care, standings, recoveryMs, now, alarm, repeatAfterMs });
  const { told, says, next } = verdict;
  if (channels.length === 0 || next === undefined) return { ...verdict, letters: [] };
  const isOver = told === 'recovered';
  const letters =
    told === null
      ? []
      : writeLetters(channels, {
          ...{ connection, told, now, id: `promise-${told}`, kind: 'drill', backup: null },
          title: `What is promised of ${connection} is ${isOver ? 'proven again' : 'not proven'}`,
          message: isOver ? 'The last proof passed, is young enough, and its recovery was quick enough.' : says,
          hint: 'Look whether the drills still run, and how they end: `holdfast status`, `holdfast runs`.',
        });
  for (const letter of letters) await putLetter(repository, letter);
  await writePromiseAlarm(repository, connection, next);
  return { ...verdict, letters };
}

function writeLetters(
  channels: readonly Channel[],
  about: Pick<Notice, 'title' | 'message' | 'hint' | 'backup' | 'kind'> & {
    /** Tells the notices of one moment apart. */
    id: string;
    connection: string;
    told: 'overdue' | 'recovered';
    now: Date;
  },
): Letter[] {
  const { id, connection, told, now, title, message, hint, kind, backup } = about;
  const notice: Notice = {
    id: `${timePrefix(now)}${connection}.${id}`,
    event: told,
    at: now.toISOString(),
    ...{ title, message, hint: told === 'overdue' ? hint : '' },
    ...{ connection, kind, backup },
    ...{ target: null, run: null, status: null, durationMs: null, rows: null, bytes: null, newBytes: null },
    ...{ check: null, link: null },
  };
  return planLetters(channels, { told: [told], about: [connection], write: () => notice });
}
