import { Card } from '#app/ui/card.tsx';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunPulse } from '#lib/run-view/read-pulse.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import { findLastSign } from '#lib/runs/find-last-sign.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { LiveProgress } from './live-progress.tsx';
import { QuietNote } from './quiet-note.tsx';

interface ProgressCardProps {
  repository: Repository;
  run: RunRecord;
  pulse: Pick<RunPulse, 'shape' | 'progress'>;
  /** It waits for a person, and is silent by right. */
  waits: boolean;
}

/** How far an open run is, and when it was last heard of. */
export async function ProgressCard({ repository, run, pulse, waits }: ProgressCardProps) {
  // What its parts do are signs of the run's own life.
  const family = await listFamily(repository, run.id);
  const lastSign = await findLastSign(repository, { family, start: new Date(run.startedAt) });
  return (
    <Card title="Progress">
      <div className="grid gap-3">
        <LiveProgress runId={run.id} shape={pulse.shape} progress={pulse.progress} />
        {!waits && <QuietNote lastSign={lastSign} now={new Date()} runId={run.id} />}
      </div>
    </Card>
  );
}
