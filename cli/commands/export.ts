import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { notePassedOver } from '#cli/output/note-passed-over.ts';
import { escapeControls, type Terminal } from '#cli/output/terminal.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { exportBackup } from '#lib/export/export-backup.ts';
import { exportFormats } from '#lib/export/export-format.ts';
import type { Exported } from '#lib/export/export-job.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { describeBytes } from '#lib/report/describe-amounts.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({
  format: z.enum(exportFormats),
  output: z.string().min(1),
  table: z.array(z.string()).default([]),
  from: z.string().optional(),
  scratch: z.string().optional(),
  overwrite: z.boolean().default(false),
  owner: z.boolean(),
  privileges: z.boolean(),
});

/** `holdfast export <backup|latest> --format FORMAT -o PATH|-`. */
export function addExport(program: Command, start: StartVerb): void {
  program
    .command('export')
    .summary('write a backup out in another format')
    .description(
      'Write a backup out in a format that needs no Holdfast to be read:\n' +
        '  sql        one compressed script for psql\n' +
        '  custom     an archive of pg_dump, for pg_restore (needs native PostgreSQL programs)\n' +
        '  csv, json  a folder with a file for each table\n' +
        '  directory  a folder with restore.sh and all it needs',
    )
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .addOption(new Option('--format <format>', 'the format').choices(exportFormats).makeOptionMandatory())
    .requiredOption('-o, --output <path>', 'the file or folder to write, or - for standard output')
    .option('--table <pattern...>', 'only these tables: orders, shop.*, \'"Odd Name"\'')
    .option('--from <name>', 'take the backup of this connection')
    .option('--overwrite', 'replace a file, or the folder of an earlier export')
    .option('--no-owner', 'sql: leave out to whom objects belong')
    .option('--no-privileges', 'sql: leave out grants')
    .option('--scratch <name>', 'custom: restore into this connection for a moment, an empty database')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast export latest --format sql -o backup.sql.zst', 'zstd -dc backup.sql.zst | psql -X -d URL'],
        ['holdfast export latest --format csv --table orders -o - | head', 'one table to standard output'],
        ['holdfast export latest --format custom -o backup.dump', 'pg_restore -j 4 -d URL backup.dump'],
      ]),
    )
    .action((backup: string, _options: unknown, command: Command) =>
      start(command, (terminal) => exportTo(terminal, backup, optionsSchema.parse(command.opts()))),
    );
}

async function exportTo(terminal: Terminal, named: string, options: z.infer<typeof optionsSchema>): Promise<number> {
  if (options.output === '-' && terminal.json) {
    throw new UsageError('With -o - standard output holds the export, and no JSON document.', {
      code: 'output_two_ways',
      hint: 'Leave --json out, or name a file with -o.',
    });
  }
  const { config, repository } = await openWorkspace();
  const scratch = options.scratch === undefined ? null : findConnection(config, options.scratch);
  const manifest = await findManifest(repository, {
    backup: named,
    connection: options.from,
    onPassedOver: (passedOver) => notePassedOver(terminal, passedOver),
  });
  const toStream = options.output === '-';
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  // Once: where the export waits for a reader that does not read, the second one ends the process.
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const startedAt = performance.now();
  try {
    const exported = await exportBackup({
      repository,
      manifest,
      format: options.format,
      tables: options.table,
      to: toStream ? { stream: process.stdout } : { path: options.output, overwrite: options.overwrite },
      owners: options.owner,
      privileges: options.privileges,
      scratch,
      environment: readEnvironment(),
      signal: stop.signal,
      onBytes: showProgress(terminal, manifest.id),
    });
    terminal.live(undefined);
    for (const { object, reason } of exported.leftOut) {
      terminal.note(`left out: ${escapeControls(object)} (${escapeControls(reason)})`);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const text = (): string => describeExport(exported, { backup: manifest.id, to: options.output, seconds });
    // Standard output holds the export, and nothing else.
    if (toStream) terminal.note(text());
    else
      terminal.result(
        { backup: manifest.id, connection: manifest.connection, format: options.format, ...exported },
        text,
      );
    return 0;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function showProgress(terminal: Terminal, backup: string): (bytes: number) => void {
  let total = 0;
  let shownAt = 0;
  return (bytes) => {
    total += bytes;
    const now = performance.now();
    if (!terminal.redraws || now - shownAt < 200) return;
    shownAt = now;
    terminal.live(`export of ${backup}: ${describeBytes(total)}`);
  };
}

function describeExport(
  { files }: Exported,
  { backup, to, seconds }: { backup: string; to: string; seconds: number },
): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const what = files.length === 1 ? '' : `${files.length} files, `;
  const where = to === '-' ? 'standard output' : to;
  return `Backup ${backup} exported to ${escapeControls(where)}: ${what}${describeBytes(bytes)} in ${seconds.toFixed(1)} s`;
}
