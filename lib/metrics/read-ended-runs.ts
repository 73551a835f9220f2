import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import type { RunKind, RunResult, RunStatus } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';

/** What a metric says of a run that has ended. Parts of other runs are left out. */
export interface EndedRunFacts {
  run: string;
  kind: RunKind;
  /** The connection it read, else the one it wrote; '' where it was about none. */
  connection: string;
  status: RunStatus;
  endedAt: number;
  durationMs: number;
  /** Of a backup that completed. */
  totals: { rows: number; bytes: number; newBytes: number } | null;
}

/** Days whose runs are counted. */
export const countedDays = 7;
/** More are not read: a scrape must end. */
const mostRuns = 2_000;
const readsAtOnce = 16;

const totalsSchema = z.object({
  totals: z.object({ rows: z.coerce.number(), bytes: z.coerce.number(), newStored: z.coerce.number() }),
});

/**
 * Results never change, so each is read once a process. `null`: a part of another run, or one that does not parse, which
 * `holdfast show` tells of.
 */
const known = new Map<string, EndedRunFacts | null>();

/** The runs of the last seven days that have ended, newest first. A listing a day, and a read for each new result. */
export async function readEndedRuns(repository: Repository, now: Date): Promise<EndedRunFacts[]> {
  const listed = (await listRecentRuns(repository, { now, days: countedDays })).filter(({ ended }) => ended);
  const ids = listed.slice(0, mostRuns).map(({ id }) => id);
  const nameOf = (id: string): string => `${repository.location} ${id}`;
  const unread = ids.filter((id) => !known.has(nameOf(id)));
  for (let from = 0; from < unread.length; from += readsAtOnce) {
    await Promise.all(
      unread.slice(from, from + readsAtOnce).map(async (id) => {
        known.set(nameOf(id), await readFacts(repository, id));
      }),
    );
  }
  const wanted = new Set(ids.map(nameOf));
  for (const name of known.keys()) {
    if (!wanted.has(name)) known.delete(name);
  }
  return ids.flatMap((id) => known.get(nameOf(id)) ?? []);
}

async function readFacts(repository: Repository, id: string): Promise<EndedRunFacts | null> {
  try {
    const result = await readResult(repository, id);
    return result === undefined || result.run.parent !== null ? null : toFacts(result);
  } catch (cause) {
    // One record that does not parse, or whose key is not given any more, must not take all other metrics away.
    if (cause instanceof DamagedError || isKeyMissing(cause)) return null;
    throw cause;
  }
}

function toFacts({ run, status, completedAt, durationMs, outcome }: RunResult): EndedRunFacts {
  const totals = run.kind === 'backup' ? totalsSchema.safeParse(outcome).data?.totals : undefined;
  return {
    ...{ run: run.id, kind: run.kind, status, durationMs },
    connection: run.connection ?? run.target ?? '',
    endedAt: Date.parse(completedAt),
    totals: totals ? { rows: totals.rows, bytes: totals.bytes, newBytes: totals.newStored } : null,
  };
}
