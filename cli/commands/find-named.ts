import { notePassedOver } from '#cli/output/note-passed-over.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { type BackupKey, listBackups } from '#lib/manifest/manifest-store.ts';
import { pickLatest } from '#lib/manifest/pick-latest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds } from '#lib/runs/run-store.ts';

/** What a person named: a backup or a run. */
export type Named = { kind: 'backup'; key: BackupKey } | { kind: 'run'; runId: string };

/** Finds a backup or a run by its id or the beginning of one; `latest` is the newest backup. @throws UsageError. */
export async function findNamed(terminal: Terminal, repository: Repository, name: string): Promise<Named> {
  const backups = await listBackups(repository);
  const latest = name === 'latest' ? takeLatest(terminal, backups) : undefined;
  if (latest !== undefined) return { kind: 'backup', key: latest };
  const runIds = await listRunIds(repository);
  const named: { id: string; named: Named }[] = [
    ...backups.map((key) => ({ id: key.backupId, named: { kind: 'backup' as const, key } })),
    ...runIds.map((runId) => ({ id: runId, named: { kind: 'run' as const, runId } })),
  ];
  return pickNamed(named, { name, location: repository.location });
}

/** Finds a backup by its id or the beginning of one; `latest` is the newest. @throws UsageError. */
export async function findBackup(terminal: Terminal, repository: Repository, name: string): Promise<BackupKey> {
  const backups = await listBackups(repository);
  const latest = name === 'latest' ? takeLatest(terminal, backups) : undefined;
  if (latest !== undefined) return latest;
  const named = backups.map((key) => ({ id: key.backupId, named: key }));
  return pickNamed(named, { name, location: repository.location });
}

function takeLatest(terminal: Terminal, backups: readonly BackupKey[]): BackupKey | undefined {
  const { latest, passedOver } = pickLatest(backups, new Date());
  notePassedOver(terminal, passedOver);
  return latest;
}

/** Finds a run by its id or the beginning of one. @throws UsageError. */
export async function findRunId(repository: Repository, name: string): Promise<string> {
  const ids = await listRunIds(repository);
  return pickNamed(
    ids.map((id) => ({ id, named: id })),
    { name, location: repository.location },
  );
}

/** The one whose id is the name, or begins with it. Pure. @throws UsageError. */
export function pickNamed<T>(
  all: readonly { id: string; named: T }[],
  { name, location }: { name: string; location: string },
): T {
  const exact = all.filter(({ id }) => id === name);
  const found = exact.length > 0 ? exact : all.filter(({ id }) => id.startsWith(name));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first.named;
  const problem = second === undefined ? `Nothing is called "${name}"` : `${found.length} ids begin with "${name}"`;
  throw new UsageError(`${problem} in ${location}.`, {
    code: second === undefined ? 'unknown_name' : 'ambiguous_name',
    hint: 'See `holdfast list` for backups and `holdfast runs` for runs.',
  });
}
