import { recordError } from '#inngest/carried-error.ts';
import type { Ending } from '#inngest/finish-run.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import type { ExtraFormat } from '#lib/config/extra-formats.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { storeFormat } from '#lib/export/formats/store-format.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';

/**
 * Stores the extra formats of a backup, one step each, after its commit: the backup is good whatever becomes of them.
 * What fails is told with its reason, and the run did not end well.
 */
export async function storeFormats(
  steps: RunSteps,
  { run, ending, formats }: { run: RunRecord; ending: Ending; formats: readonly ExtraFormat[] },
): Promise<Ending> {
  const { connection, backup: backupId } = run;
  if (ending.status !== 'completed' || connection === null || backupId === null) return ending;
  const failed: Ending['error'][] = [];
  for (const format of formats) {
    await steps
      // Safe to run twice: a format is written over.
      .run(`format-${format}`, ({ repository }) =>
        storeFormat({ connection, backupId }, { repository, format, environment: readEnvironment() }),
      )
      .catch((cause: unknown) => {
        const error = recordError(cause);
        failed.push({ ...error, message: `The format ${format} was not stored: ${error.message}` });
      });
  }
  const [error] = failed;
  if (!error) return ending;
  const reasons = failed.map((one) => one?.message).join(' ');
  const message = `${ending.message} The backup is good. ${reasons}`;
  return {
    ...ending,
    status: 'failed',
    exitCode: exitCodes.unexpected,
    message,
    error: { ...error, message, exitCode: 1 },
  };
}
