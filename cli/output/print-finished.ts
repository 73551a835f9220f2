import type { FinishedRun } from '#cli/workflow/finished-run.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { readDifferences } from '#lib/recovery/differences.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { renderOutcome } from './render-outcome.ts';
import type { Terminal } from './terminal.ts';

/** Prints how a run ended, its proof included, and answers its exit code. */
export async function printFinished(
  terminal: Terminal,
  repository: Repository,
  finished: FinishedRun,
): Promise<number> {
  const { runId, result, error } = finished;
  if (result === undefined)
    return terminal.fail(error, { run: { id: runId }, status: 'failed', exitCode: error.exitCode, error });
  const proof = (await readProof(repository, runId)) ?? null;
  const differences = (await readDifferences(repository, runId)) ?? null;
  const document = { ...result, proof, ...(differences === null ? {} : { differences }) };
  if (error === null) {
    terminal.result(document, () => renderOutcome(terminal, { result, proof, differences }));
    return result.exitCode;
  }
  // A failed proof or a damaged backup has a table to show; the message stands below it.
  const text = terminal.json ? '' : renderOutcome(terminal, { result, proof, differences });
  if (text !== '') terminal.result(document, () => text);
  return terminal.fail(error, document);
}
