import type { Channel } from '#lib/config/channel.ts';
import { timePrefix } from '#lib/repository/time-id.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { readOverdueAlarm, writeOverdueAlarm } from './alarm-store.ts';
import type { Notice } from './notice.ts';
import { type Letter, putLetter } from './outbox.ts';
import { planLetters } from './plan-letters.ts';
import { type OverdueVerdict, planOverdue } from './plan-overdue.ts';

/** What the check found of every connection of which something is promised, and who is to be told. */
export interface OverdueCheck {
  connections: (OverdueVerdict & { connection: string })[];
  letters: Letter[];
}

/**
 * Looks whether the backups of every connection are young enough: what fires when nothing ran. Letters are written down
 * before the state that they were told. One listing, and one read for each connection with a promise.
 * @throws DamagedError, StorageError, UnavailableError.
 */
export async function checkOverdue({ config, repository }: Workspace, now: Date): Promise<OverdueCheck> {
  const { alarms, care } = config;
  const byConnection = Map.groupBy(await listStandings(repository), ({ connection }) => connection);
  const found: OverdueCheck = { connections: [], letters: [] };
  for (const [connection, its] of care) {
    const alarm = await readOverdueAlarm(repository, connection);
    const standings = byConnection.get(connection) ?? [];
    const verdict = planOverdue({ connection, care: its, standings, alarm, repeatAfterMs: alarms.repeatAfterMs, now });
    if (verdict.overdue === null) continue;
    found.connections.push({ connection, ...verdict });
    const { told } = verdict;
    // Where nobody can be told, nobody was: the alarm is for when there is a channel.
    if (told === null || alarms.channels.length === 0) continue;
    const letters = writeLetters(alarms.channels, { connection, verdict, told, now });
    for (const letter of letters) await putLetter(repository, letter);
    await writeOverdueAlarm(repository, connection, { overdue: told === 'overdue', toldAt: now.toISOString() });
    found.letters.push(...letters);
  }
  return found;
}

function writeLetters(
  channels: readonly Channel[],
  about: { connection: string; verdict: OverdueVerdict; told: 'overdue' | 'recovered'; now: Date },
): Letter[] {
  const { connection, verdict, told, now } = about;
  const notice: Notice = {
    id: `${timePrefix(now)}${connection}.${told}`,
    event: told,
    at: now.toISOString(),
    title: told === 'overdue' ? `Backup of ${connection} is overdue` : `Backup of ${connection} is in time again`,
    message: verdict.says,
    hint:
      told === 'overdue' ? 'Look whether what starts the backups still runs: `holdfast status`, `holdfast runs`.' : '',
    ...{ connection, kind: 'backup', backup: verdict.newest },
    ...{ target: null, run: null, status: null, durationMs: null, rows: null, bytes: null, newBytes: null },
    ...{ check: null, link: null },
  };
  return planLetters(channels, { told: [told], about: [connection], write: () => notice });
}
