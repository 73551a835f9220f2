import { createHash } from 'node:crypto';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { type Proof, proofSchema } from '#lib/proof/proof.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';

/**
 * A proof with what it is about, for who was not there. The same run gives the same document, byte by byte: its digest
 * names it.
 */
export interface ProofDocument {
  format: 1;
  /** The run that made the proof, which may be a part of the one that a person has started. */
  run: Pick<RunRecord, 'id' | 'kind' | 'connection' | 'target' | 'startedAt'> & {
    status: string;
    completedAt: string | null;
  };
  /** What the copy was held against; `null` where the backup has been pruned since. */
  backup: {
    id: string;
    connection: string;
    snapshotTakenAt: string;
    lsn: string | null;
    source: { version: string; database: string };
    holdfast: string;
    gitSha: string | null;
    rows: string;
    bytes: string;
  } | null;
  proof: Proof;
}

/** The document of a run's proof, or of its part that was proven. @throws RefusedError (`no_proof`), DamagedError. */
export async function readProofDocument(repository: Repository, runId: string): Promise<ProofDocument> {
  for (const id of await listFamily(repository, runId)) {
    const proof = await readProof(repository, id);
    if (proof === undefined) continue;
    const result = await readResult(repository, id);
    // The record of a run may name its backup as it was asked for, `latest`; the result names the one that was found.
    const run = result?.run ?? (await readRun(repository, id));
    if (run === undefined) continue;
    const { kind, connection, target, startedAt } = run;
    const ending = { status: result?.status ?? 'open', completedAt: result?.completedAt ?? null };
    return {
      format: 1,
      run: { id, kind, connection, target, startedAt, ...ending },
      backup: await describeBackup(repository, run),
      proof: proofSchema.parse(proof),
    };
  }
  throw new RefusedError(`Run ${runId} has no proof, or not yet.`, {
    code: 'no_proof',
    hint: 'A restore, a transfer or a drill has one once its copy was compared; see the steps of the run.',
  });
}

async function describeBackup(repository: Repository, { backup }: RunRecord): Promise<ProofDocument['backup']> {
  const key = (await listBackups(repository)).find(({ backupId }) => backupId === backup);
  if (key === undefined) return null;
  const { id, connection, snapshot, source, holdfast, git, totals } = await readManifest(repository, key);
  return {
    ...{ id, connection, snapshotTakenAt: snapshot.takenAt, lsn: snapshot.lsn, holdfast, gitSha: git.sha },
    source: { version: source.version, database: source.database },
    ...{ rows: totals.rows, bytes: totals.bytes },
  };
}

/** The document as it is downloaded: UTF-8 JSON of two spaces, with a line break at its end. */
export function formatProofDocument(document: ProofDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** SHA-256 of that text, in hex. */
export function digestProofDocument(document: ProofDocument): string {
  return createHash('sha256').update(formatProofDocument(document)).digest('hex');
}
