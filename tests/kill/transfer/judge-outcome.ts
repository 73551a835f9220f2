import { z } from 'zod';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { checkCopy } from '#tests/kill/check-copy.ts';
import type { Acknowledged } from '#tests/kill/move-money.ts';
import { runSql } from '#tests/support/with-client.ts';
import type { PlayedLives } from './play-lives.ts';
import type { TransferHomes } from './transfer-arena.ts';

const outcomeSchema = z.object({
  backup: z.object({ backup: z.string() }),
  restore: z.object({
    run: z.string(),
    cutover: z.object({ interruptionMs: z.number().nullable(), details: z.object({ strategy: z.string() }) }),
  }),
});

/** What a transfer says of itself in its result. */
export type TransferOutcome = z.infer<typeof outcomeSchema>;

/** @throws an Error where the run did not come to a good end. */
export function parseOutcome({ result, run }: PlayedLives): TransferOutcome {
  const { status, error } = result;
  if (status !== 'completed') throw new Error(`Run ${run} ended ${status}: ${error?.message}`);
  return outcomeSchema.parse(result.outcome);
}

/** Answers what is wrong where a run has ended otherwise than `wanted`, status and exit code. */
export function judgeEnd({ result, run }: PlayedLives, wanted: string): string[] {
  const found = `${result.status} ${result.exitCode}`;
  return found === wanted ? [] : [`run ${run} ended ${found} instead of ${wanted}: ${result.error?.message}`];
}

/** Holds what is served against the source by SQL alone, and looks at the run's own proof. One line for each fault. */
export async function judgeCopy(
  outcome: TransferOutcome,
  options: {
    homes: TransferHomes;
    repository: string;
    acknowledged: readonly Acknowledged[];
    /** Nothing can have been written to the source since the backup. */
    fenced: boolean;
  },
): Promise<string[]> {
  const { homes, acknowledged, fenced } = options;
  const repository = await openRepository({ location: `file:${options.repository}`, access: 'read' });
  const manifest = await readManifest(repository, { connection: 'production', backupId: outcome.backup.backup });
  const proof = await readProof(repository, outcome.restore.run);
  const urls = { sourceUrl: homes.source.superUrl, targetUrl: homes.target.liveUrl() };
  const { strategy } = outcome.restore.cutover.details;
  const isProven = proof?.passed === true && proof.level === 'content' && proof.checks.length > 0;
  return [
    ...(isProven ? [] : ['there is no passed proof by content']),
    ...(strategy === homes.target.strategy ? [] : [`the cut-over was made by ${strategy}`]),
    ...(fenced ? await judgeFence(urls) : []),
    ...(await checkCopy({ ...urls, takenAt: Date.parse(manifest.snapshot.takenAt), acknowledged })),
  ];
}

async function judgeFence({ sourceUrl, targetUrl }: { sourceUrl: string; targetUrl: string }): Promise<string[]> {
  const sql = 'select coalesce(max(id), 0) as last from transfers';
  const [[inSource], [inCopy]] = await Promise.all([runSql(sourceUrl, sql), runSql(targetUrl, sql)]);
  const [last, copied] = [inSource?.['last'], inCopy?.['last']];
  return last === copied ? [] : [`behind the fence the source went on to transfer ${last}, the copy has ${copied}`];
}
