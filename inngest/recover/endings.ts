import type { z } from 'zod';
import type { recoverRequested } from '#inngest/events.ts';
import type { Ending } from '#inngest/finish-run.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { ProofSummary } from '#lib/proof/summarize-proof.ts';
import { describeDifferences } from '#lib/recovery/differences/summarize-differences.ts';
import type { RecoveryShape } from '#lib/recovery/prepare-recovery.ts';
import type { Compared } from './compare-with-live.ts';

interface Proven {
  request: z.infer<typeof recoverRequested.schema>;
  backup: string;
  proof: ProofSummary;
}

/** The tables are recovered and proven, whatever their live ones hold, and whether those could be compared or not. */
export function recoveredEnding(
  about: Proven & { tables: number; compared: Compared; leftOut: RecoveryShape['leftOut'] },
): Ending {
  const { request, backup, proof, leftOut } = about;
  const { differences, failure } = about.compared;
  const tables = `${about.tables} ${about.tables === 1 ? 'table' : 'tables'}`;
  const ended = failure && `The comparison with the live tables has not come to its end: ${failure.message}`;
  const found = differences && describeDifferences(differences);
  const result = `${tables} of backup ${backup} recovered into the schema ${request.schema} of ${request.to} and proven.`;
  return {
    status: 'completed',
    exitCode: exitCodes.done,
    message: [result, ended, found].filter((part) => part !== null).join(' '),
    outcome: { backup, proof, schema: request.schema, differences, notCompared: failure, leftOut },
    error: null,
  };
}

/** A side table is not what the backup is. */
export function notProvenEnding({ request, backup, proof }: Proven): Ending {
  const message = `The proof failed: ${proof.failures[0] ?? 'no check passed'}`;
  const hint = `The schema ${request.schema} is dropped again; the live tables were never touched. See every check with \`holdfast show RUN\`.`;
  const error = { name: 'ProofFailed', code: 'proof_failed', message, hint, exitCode: exitCodes.proofFailed };
  const outcome = { backup, proof, schema: request.schema };
  return { status: 'proof-failed', exitCode: exitCodes.proofFailed, message, outcome, error };
}
