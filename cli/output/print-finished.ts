import type { FinishedRun } from '#cli/workflow/finished-run.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { type KnownDatabase, lookAtDatabases } from '#lib/cutover/look-at-databases.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { nameRun } from '#lib/run-view/name-run.ts';
import { type Evidence, readEvidence } from '#lib/run-view/read-evidence.ts';
import { renderOutcome } from './render-outcome.ts';
import { renderFacts } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/**
 * Prints how a run ended, its proof and its cut-over included, and answers its exit code. With `--json` the document is
 * the run's result with `proof`, `cutover`, where there are some `differences`, and for exit code 7 `databases`.
 */
export async function printFinished(
  terminal: Terminal,
  repository: Repository,
  finished: FinishedRun,
): Promise<number> {
  const { runId } = finished;
  if (finished.result === undefined) {
    const { error } = finished;
    return terminal.fail(error, { run: { id: runId }, status: 'failed', exitCode: error.exitCode, error });
  }
  const { result } = finished;
  const evidence = await readEvidence(repository, { run: result.run, result });
  const databases = result.exitCode === exitCodes.rollbackFailed ? await lookAt(evidence) : null;
  const error = result.error && nameRun(result.error, evidence.cutover?.knownAs ?? runId);
  const document = { ...result, error, ...toDocument(evidence), ...(databases === null ? {} : { databases }) };
  if (error === null) {
    terminal.result(document, () => renderOutcome(terminal, result, evidence));
    return result.exitCode;
  }
  // A failed proof or a damaged backup has a table to show; the message stands below it.
  const parts = terminal.json ? [] : [renderOutcome(terminal, result, evidence), renderDatabases(terminal, databases)];
  const text = parts.filter((part) => part !== '').join('\n');
  if (text !== '') terminal.result(document, () => text);
  return terminal.fail(error, document);
}

/** The evidence as a part of a JSON document: `differences` and `backups` only where there are some. */
function toDocument({ differences, backups, ...evidence }: Evidence) {
  return {
    ...evidence,
    ...(differences === null ? {} : { differences }),
    ...(backups === null ? {} : { backups }),
  };
}

async function lookAt({ cutover }: Evidence): Promise<KnownDatabase[]> {
  if (cutover === null) return [];
  return lookAtDatabases(cutover, (await loadConfig()).connections.get(cutover.target));
}

function renderDatabases(terminal: Terminal, databases: readonly KnownDatabase[] | null): string {
  if (databases === null || databases.length === 0) return '';
  const facts = databases.map(({ what, says }) => [what, says] as const);
  return `${terminal.paint('red', 'A person is needed. What is known:')}\n${renderFacts(terminal, facts)}`;
}
