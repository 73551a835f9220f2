import type { RunRecord } from '#lib/runs/run-record.ts';
import { RunLink } from './run-link.tsx';

/** The run's own name, and the run that it is a part of. */
export function RunLine({ run }: { run: RunRecord }) {
  return (
    <>
      <span className="font-mono text-xs">{run.id}</span>
      {run.parent !== null && (
        <>
          {' · part of '}
          <RunLink id={run.parent} />
        </>
      )}
    </>
  );
}
