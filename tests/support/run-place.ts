import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunKind, RunRecord, RunStatus } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';

/** A repository in a folder of its own, with runs that are records only. */
export interface RunPlace extends AsyncDisposable {
  repository: Repository;
  /** Opens a run of the second `n`; answers its record. */
  open(n: number, about?: Partial<RunRecord> & { kind?: RunKind }): Promise<RunRecord>;
  close(run: RunRecord, status?: RunStatus): Promise<void>;
}

export async function makeRunPlace(): Promise<RunPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-runs-'));
  const repository = await openRepository({ location: `file:${folder}`, access: 'write' });
  return {
    repository,
    open(n, about = {}) {
      const second = String(n).padStart(6, '0');
      const names = { connection: 'source', target: null, backup: null, parent: null };
      return openRun(repository, {
        ...{ id: `20261121T${second}Z-abcd`, kind: 'backup', startedAt: '2026-11-21T00:00:00.000Z', ...names },
        ...{ eventId: `event-${n}`, engineRunId: `engine-${n}`, ...about },
      });
    },
    async close(run, status = 'completed') {
      const ending = { exitCode: 0, completedAt: '2026-11-21T00:00:09.000Z', durationMs: 9_000, outcome: null };
      await closeRun(repository, { run, status, ...ending, error: null });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
