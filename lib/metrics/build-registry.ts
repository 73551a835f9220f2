import { Gauge, Registry } from 'prom-client';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { countedDays, type EndedRunFacts } from './read-ended-runs.ts';

/** What is measured: how every connection stands, and the runs that have ended lately, newest first. */
export interface Measurements {
  version: string;
  promises: readonly ConnectionPromise[];
  runs: readonly EndedRunFacts[];
}

type Labels = 'connection' | 'kind' | 'status' | 'version';

/**
 * The metrics in a registry of their own. All are gauges, also the numbers of runs: they are what the repository holds of
 * a window of days and fall again when a run leaves it; a counter may not. What is not known has no sample. Pure.
 */
export function buildRegistry({ version, promises, runs }: Measurements): Registry {
  const registry = new Registry();
  const gauge = (name: string, { help, labelNames }: { help: string; labelNames: Labels[] }): Gauge<Labels> =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
  const perConnection = (name: string, help: string, read: (promise: ConnectionPromise) => number | null): void => {
    const made = gauge(name, { help, labelNames: ['connection'] });
    for (const promise of promises) {
      const value = read(promise);
      if (value !== null) made.set({ connection: promise.connection }, value);
    }
  };
  gauge('build_info', { help: 'The version of Holdfast.', labelNames: ['version'] }).set({ version }, 1);

  perConnection('backups', 'Committed backups in the repository.', ({ backups }) => backups);
  perConnection('last_backup_timestamp_seconds', 'When the newest committed backup was begun.', ({ lastBackup }) =>
    toSeconds(lastBackup),
  );
  perConnection(
    'last_good_backup_timestamp_seconds',
    'When the newest backup was begun that was not found bad.',
    ({ lastGood }) => toSeconds(lastGood),
  );
  perConnection('last_verified_timestamp_seconds', 'When a backup was last read whole and found whole.', (promise) =>
    toSeconds(promise.lastVerified),
  );
  perConnection('last_proof_timestamp_seconds', 'When a backup was last restored and found equal.', ({ lastProven }) =>
    toSeconds(lastProven),
  );
  perConnection('last_proof_age_seconds', 'How long ago that was.', ({ lastProven }) =>
    lastProven ? lastProven.ageMs / 1_000 : null,
  );
  perConnection('recovery_seconds', 'How long the last drill took to a proven copy.', ({ recoveryMs }) =>
    recoveryMs === null ? null : recoveryMs / 1_000,
  );
  perConnection('promise_kept', '1 while what is promised (rpo, rto) holds, else 0.', ({ state }) =>
    state === 'none' ? null : Number(state === 'kept'),
  );
  perConnection('rpo_seconds', 'How old the newest good backup may be.', ({ rpoMs }) =>
    rpoMs === null ? null : rpoMs / 1_000,
  );
  perConnection('rto_seconds', 'How long a recovery may take.', ({ rtoMs }) => (rtoMs === null ? null : rtoMs / 1_000));

  const byKind = ['connection', 'kind'] satisfies Labels[];
  const next = gauge('next_run_timestamp_seconds', { help: 'The next tick of a schedule.', labelNames: byKind });
  const open = gauge('open_runs', { help: 'Runs that have not ended.', labelNames: byKind });
  for (const { connection, next: ticks, running } of promises) {
    for (const { kind, at } of ticks) next.set({ connection, kind }, Date.parse(at) / 1_000);
    for (const { kind } of running) open.inc({ connection, kind });
  }
  addRuns(runs, gauge);
  return registry;
}

function addRuns(
  runs: readonly EndedRunFacts[],
  gauge: (name: string, about: { help: string; labelNames: Labels[] }) => Gauge<Labels>,
): void {
  const window = `within the last ${countedDays} days`;
  const help = `Runs that ended ${window}, as the repository keeps them.`;
  const counts = gauge('runs', { help, labelNames: ['connection', 'kind', 'status'] });
  for (const { connection, kind, status } of runs) counts.inc({ connection, kind, status });

  const byKind = ['connection', 'kind'] satisfies Labels[];
  const successes = runs.filter(({ status }) => status === 'completed');
  const newest = (of: readonly EndedRunFacts[]): EndedRunFacts[] => [
    ...new Map(of.toReversed().map((run) => [`${run.kind} ${run.connection}`, run])).values(),
  ];
  const endedHelp = `When the last run ended, well or not, ${window}.`;
  const ended = gauge('last_run_timestamp_seconds', { help: endedHelp, labelNames: byKind });
  for (const { connection, kind, endedAt } of newest(runs)) ended.set({ connection, kind }, endedAt / 1_000);
  const successHelp = `When the last run ended that ended well, ${window}.`;
  const success = gauge('last_success_timestamp_seconds', { help: successHelp, labelNames: byKind });
  const took = gauge('last_success_duration_seconds', { help: 'How long that run took.', labelNames: byKind });
  const rows = gauge('last_backup_rows', { help: 'Rows of the last backup.', labelNames: ['connection'] });
  const bytesHelp = 'Bytes of rows of the last backup, before compression.';
  const bytes = gauge('last_backup_bytes', { help: bytesHelp, labelNames: ['connection'] });
  const newHelp = 'Stored bytes that the last backup has added to the repository.';
  const newBytes = gauge('last_backup_new_bytes', { help: newHelp, labelNames: ['connection'] });
  for (const { connection, kind, endedAt, durationMs, totals } of newest(successes)) {
    success.set({ connection, kind }, endedAt / 1_000);
    took.set({ connection, kind }, durationMs / 1_000);
    if (totals === null) continue;
    rows.set({ connection }, totals.rows);
    bytes.set({ connection }, totals.bytes);
    newBytes.set({ connection }, totals.newBytes);
  }
}

function toSeconds(dated: { at: string } | null): number | null {
  return dated ? Date.parse(dated.at) / 1_000 : null;
}
