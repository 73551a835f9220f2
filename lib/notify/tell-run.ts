import type { Alarms } from '#lib/config/resolve-alarms.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { type OverdueAlarm, readOverdueAlarm, readRunAlarm, writeOverdueAlarm, writeRunAlarm } from './alarm-store.ts';
import { type EndedRun, subjectOf } from './ended-run.ts';
import { type Judgement, judgeRun } from './judge-run.ts';
import { type Letter, putLetter } from './outbox.ts';
import { planLetters } from './plan-letters.ts';
import { planRunNotice, type RunFacts } from './plan-run-notice.ts';
import { saysNothing } from './says-nothing.ts';

/** Who is told of a run. */
export interface Told {
  letters: Letter[];
  /** It says nothing, and no dead-man switch hears of it either. */
  isQuiet: boolean;
}

/**
 * Decides who is told of a run that has ended, and writes the letters down before the alarm's state: whatever is killed
 * in between is told once more rather than never. Parts of other runs are told by these. Safe to run twice: the same run
 * is judged the same. Without a repository (it is what failed) nothing is remembered, and a failure is told all the same.
 * @throws DamagedError, StorageError, UnavailableError.
 */
export async function tellRun(
  ended: EndedRun,
  { alarms, repository, now }: { alarms: Alarms; repository: Repository | undefined; now: Date },
): Promise<Told> {
  const result = repository && (await readResult(repository, ended.run));
  const isQuiet = saysNothing(ended, result);
  if (isQuiet || alarms.channels.length === 0) return { letters: [], isQuiet };
  const subject = subjectOf(ended);
  const before = repository && (await readRunAlarm(repository, subject, ended.kind));
  const judged = judgeRun(before, ended);
  const overdue = repository && (await readOverdue(repository, ended));
  const told = overdue ? recover(judged) : judged.told;
  const facts = { result, failedCheck: repository && (await findFailedCheck(repository, ended)) };
  const letters = planLetters(alarms.channels, {
    told,
    about: [ended.connection, ended.target].filter((name) => name !== null),
    write: (event) => planRunNotice(ended, facts, { event, publicUrl: alarms.publicUrl, now }),
  });
  if (repository === undefined) return { letters, isQuiet };
  for (const letter of letters) await putLetter(repository, letter);
  if (judged.next) await writeRunAlarm(repository, { subject, kind: ended.kind, alarm: { ...judged.next, told } });
  if (overdue) await writeOverdueAlarm(repository, subject, { ...overdue, overdue: false });
  return { letters, isQuiet };
}

/** That the connection's backups were overdue, where this run ends that. */
async function readOverdue(repository: Repository, ended: EndedRun): Promise<OverdueAlarm | undefined> {
  if (ended.kind !== 'backup' || ended.status !== 'completed') return undefined;
  const alarm = await readOverdueAlarm(repository, subjectOf(ended));
  return alarm?.overdue ? alarm : undefined;
}

function recover({ told }: Judgement): Judgement['told'] {
  return told.includes('recovered') ? told : ['recovered', ...told];
}

/** Of a transfer its restore has the proof. */
async function findFailedCheck(repository: Repository, { run, status }: EndedRun): Promise<RunFacts['failedCheck']> {
  if (status === 'completed') return undefined;
  for (const id of await listFamily(repository, run)) {
    const failed = (await readProof(repository, id))?.checks.find(({ passed }) => !passed);
    if (failed) return failed;
  }
  return undefined;
}
