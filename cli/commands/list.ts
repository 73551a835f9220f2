import type { Command } from 'commander';
import { z } from 'zod';
import { describeMarks } from '#cli/output/describe-standing-marks.ts';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { type BackupEntry, toBackupEntry } from '#lib/backup-view/backup-entry.ts';
import { readBackupSummaries } from '#lib/backup-view/read-backup-summary.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { describeBytes, describeCount, describeTime } from '#lib/report/describe-amounts.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import { toMarks } from '#lib/standing/standing-marks.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { parseSha } from './parse-sha.ts';
import { pointInTime } from './point-in-time.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({
  connection: z.string().optional(),
  limit: z.int(),
  git: z.string().optional(),
  label: z.string().optional(),
  since: z.date().optional(),
  before: z.date().optional(),
});
type Options = z.infer<typeof optionsSchema>;

/** `holdfast list`. */
export function addList(program: Command, start: StartVerb): void {
  program
    .command('list')
    .summary('list the backups of the repository')
    .description('List the backups of the repository, newest first.')
    .option('--connection <name>', 'only those of this connection')
    .option('--git <sha>', 'only those of this commit, by at least 4 digits of its SHA', parseSha)
    .option('--label <text>', 'only those whose label holds this text')
    .option('--since <time>', 'only those begun at this time or later: 2026-11-21, 2026-11-21T01:45Z, 7d', pointInTime)
    .option('--before <time>', 'only those begun before this time', pointInTime)
    .option('--limit <n>', 'the newest n', wholeNumber({ min: 1, max: 100_000 }), 50)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast list', 'the newest backups of every connection'],
        ['holdfast list --connection production --limit 5', 'the newest five of one'],
        ['holdfast list --git 4f2a91c --since 30d', 'what was taken of a commit'],
        ['holdfast list --json | jq -r ".backups[0].backupId"', 'the newest id, for a script'],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => list(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function list(terminal: Terminal, options: Options): Promise<number> {
  const { repository } = await openWorkspace();
  const keys = (await listStandings(repository, options.connection)).filter((key) => isWithin(key, options));
  const { entries, total } = await findEntries(repository, keys, options);
  const document = { repository: repository.location, total, backups: entries };
  terminal.result(document, () => render(terminal, { entries, total, location: repository.location }));
  return 0;
}

/** Whether the backup was begun in the wanted time, by its id. */
function isWithin({ backupId }: BackupKey, { since, before }: Options): boolean {
  const created = parseBackupId(backupId)?.created;
  if (created === undefined) return since === undefined && before === undefined;
  return (since === undefined || created >= since) && (before === undefined || created < before);
}

/** The newest of the wanted ones, and how many there are. What only a manifest tells is asked of every manifest. */
async function findEntries(
  repository: Repository,
  keys: readonly Standing[],
  { limit, git, label }: Options,
): Promise<{ entries: BackupEntry[]; total: number }> {
  if (git === undefined && label === undefined) {
    return { entries: await readEntries(repository, keys.slice(0, limit)), total: keys.length };
  }
  const found = (await readEntries(repository, keys)).filter(
    ({ summary }) =>
      summary !== null &&
      (git === undefined || summary.gitSha?.toLowerCase().startsWith(git) === true) &&
      (label === undefined || summary.label?.toLowerCase().includes(label.toLowerCase()) === true),
  );
  return { entries: found.slice(0, limit), total: found.length };
}

async function readEntries(repository: Repository, standings: readonly Standing[]): Promise<BackupEntry[]> {
  return (await readBackupSummaries(repository, standings)).map(({ standing, ...what }) => {
    const { connection, backupId } = standing;
    return toBackupEntry({ connection, backupId, marks: toMarks(standing), ...what });
  });
}

function render(
  terminal: Terminal,
  listing: { entries: readonly BackupEntry[]; total: number; location: string },
): string {
  const { entries, total, location } = listing;
  if (entries.length === 0) return `No backups in ${location}`;
  const columns = [
    { name: 'backup' },
    { name: 'connection' },
    { name: 'snapshot' },
    { name: 'server' },
    { name: 'tables', align: 'right' as const },
    { name: 'rows', align: 'right' as const },
    { name: 'bytes', align: 'right' as const },
    { name: 'stored', align: 'right' as const },
    { name: 'new', align: 'right' as const },
    { name: 'standing' },
    { name: 'label' },
  ];
  const table = renderTable(terminal, columns, entries.map(toRow));
  const more = total > entries.length ? [`  and ${describeCount(total - entries.length)} older ones (--limit)`] : [];
  return [location, table, ...more].join('\n');
}

function toRow({ backupId, connection, standing, summary, problem }: BackupEntry): Cell[] {
  if (summary === null) {
    const text = problem.code.replaceAll('_', ' ');
    return [backupId, connection, { text, format: 'red' }, '', '', '', '', '', '', describeMarks(standing), ''];
  }
  return [
    backupId,
    connection,
    describeTime(summary.takenAt),
    summary.server,
    describeCount(summary.tables),
    describeCount(summary.rows),
    describeBytes(summary.bytes),
    describeBytes(summary.stored),
    describeBytes(summary.newStored),
    describeMarks(standing),
    summary.label ?? '',
  ];
}
