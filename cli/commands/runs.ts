import type { Command } from 'commander';
import { z } from 'zod';
import { formatOf } from '#cli/output/render-run.ts';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { findUnfinished } from '#cli/workflow/unfinished-run.ts';
import { describeCount, describeDuration, describeTime } from '#lib/report/describe-amounts.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { type RunStanding, readListedRun } from '#lib/run-view/read-run-view.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { findRunId } from './find-named.ts';
import { showRun } from './show.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({ limit: z.int() });

interface Entry {
  run: RunRecord;
  status: RunStanding;
  durationMs: number | null;
  message: string | null;
}

/** `holdfast runs [run]`. */
export function addRuns(program: Command, start: StartVerb): void {
  program
    .command('runs')
    .summary('list recent runs, or show one')
    .description('List the recent runs of the repository with their status, newest first, or show one of them.')
    .argument('[run]', 'a run: its id or the beginning of one')
    .option('--limit <n>', 'the newest n', wholeNumber({ min: 1, max: 100_000 }), 20)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast runs', 'the newest twenty'],
        ['holdfast runs 20261121T014500Z-x7k2qd', 'one of them, step by step'],
      ]),
    )
    .action((run: string | undefined, _options: unknown, command: Command) =>
      start(command, (terminal) => listRuns(terminal, run, optionsSchema.parse(command.opts()))),
    );
}

async function listRuns(terminal: Terminal, run: string | undefined, { limit }: { limit: number }): Promise<number> {
  const workspace = await openWorkspace();
  if (run !== undefined) return showRun(terminal, workspace, await findRunId(workspace.repository, run));
  const ids = await listRunIds(workspace.repository);
  const entries = await readEntries(workspace, ids.slice(0, limit));
  const { location } = workspace.repository;
  const document = { repository: location, total: ids.length, runs: entries };
  terminal.result(document, () => render(terminal, { entries, total: ids.length, location }));
  return 0;
}

async function readEntries({ config, repository }: Workspace, ids: readonly string[]): Promise<Entry[]> {
  const interrupted = new Set((await findUnfinished(config.stateFolder)).map(({ runId }) => runId));
  const entries = await Promise.all(
    ids.map(async (id): Promise<Entry[]> => {
      const listed = await readListedRun(repository, { runId: id, interrupted });
      if (listed === undefined) return [];
      const { run, status, result } = listed;
      return [{ run, status, durationMs: result?.durationMs ?? null, message: result?.error?.message ?? null }];
    }),
  );
  return entries.flat();
}

function render(terminal: Terminal, listing: { entries: readonly Entry[]; total: number; location: string }): string {
  const { entries, total, location } = listing;
  if (entries.length === 0) return `No runs in ${location}`;
  const columns = [
    { name: 'run' },
    { name: 'what' },
    { name: 'started' },
    { name: 'took', align: 'right' as const },
    { name: 'status' },
  ];
  const rows = putPartsBelow(entries).map(({ run, status, durationMs, depth }): Cell[] => [
    run.id,
    `${'  '.repeat(depth)}${describeRun({ run })}`,
    describeTime(run.startedAt),
    durationMs === null ? '' : describeDuration(durationMs),
    { text: status, format: formatOf(status) },
  ]);
  const more = total > entries.length ? [`  and ${describeCount(total - entries.length)} older ones (--limit)`] : [];
  return [location, renderTable(terminal, columns, rows), ...more].join('\n');
}

/** Newest first, and the parts of a run below it in the order of their beginning. */
function putPartsBelow(entries: readonly Entry[]): (Entry & { depth: number })[] {
  const listed = new Set(entries.map(({ run }) => run.id));
  const partsOf = Map.groupBy([...entries].reverse(), ({ run }) => run.parent);
  const unfold = (entry: Entry, depth: number): (Entry & { depth: number })[] => [
    { ...entry, depth },
    ...(partsOf.get(entry.run.id) ?? []).flatMap((part) => unfold(part, depth + 1)),
  ];
  const roots = entries.filter(({ run }) => run.parent === null || !listed.has(run.parent));
  return roots.flatMap((entry) => unfold(entry, 0));
}
