import type { Command } from 'commander';
import { z } from 'zod';
import { formatOf } from '#cli/output/render-run.ts';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { findUnfinished } from '#cli/workflow/unfinished-run.ts';
import { tellProblem, type Unreadable } from '#lib/errors/tell-problem.ts';
import { describeCount, describeDuration, describeTime } from '#lib/report/describe-amounts.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { readRunSummaries } from '#lib/run-view/read-run-summaries.ts';
import type { RunStanding } from '#lib/run-view/read-run-view.ts';
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
  const { entries, sealed, unreadable } = await readEntries(workspace, ids.slice(0, limit));
  const { location } = workspace.repository;
  const document = { repository: location, total: ids.length, runs: entries, sealed, unreadable };
  for (const { id, problem } of unreadable) terminal.note(`Run ${id} cannot be read: ${problem.message}`);
  const hidden = sealed.length + unreadable.length;
  terminal.result(document, () => render(terminal, { entries, sealed, hidden, total: ids.length, location }));
  return 0;
}

/** The runs, the ids of those whose records are sealed under a key that is not given, and those that are damaged. */
async function readEntries(
  { config, repository }: Workspace,
  ids: readonly string[],
): Promise<{ entries: Entry[]; sealed: string[]; unreadable: Unreadable[] }> {
  const sealed: string[] = [];
  const unreadable: Unreadable[] = [];
  const entries: Entry[] = [];
  const interrupted = new Set((await findUnfinished(config.stateFolder)).map(({ runId }) => runId));
  for (const read of await readRunSummaries(repository, { runIds: ids, interrupted })) {
    if (read.summary === null) {
      if (isKeyMissing(read.cause)) sealed.push(read.runId);
      else unreadable.push({ id: read.runId, problem: tellProblem(read.cause) });
    } else {
      const { run, status, durationMs, error } = read.summary;
      entries.push({ run, status, durationMs, message: error?.message ?? null });
    }
  }
  return { entries, sealed, unreadable };
}

function render(
  terminal: Terminal,
  listing: { entries: readonly Entry[]; sealed: readonly string[]; hidden: number; total: number; location: string },
): string {
  const { entries, sealed, hidden, total, location } = listing;
  const sealedLine =
    sealed.length === 0 ? [] : [`  ${describeCount(sealed.length)} sealed under a key that is not given`];
  if (entries.length === 0 && hidden > 0) return [location, ...sealedLine].join('\n');
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
  const shown = entries.length + hidden;
  const more = total > shown ? [`  and ${describeCount(total - shown)} older ones (--limit)`] : [];
  return [location, renderTable(terminal, columns, rows), ...sealedLine, ...more].join('\n');
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
