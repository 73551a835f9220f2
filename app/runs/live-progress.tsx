'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { LiveRegion } from '#app/ui/live-region.tsx';
import { describeBytes, describeCount, describeDuration } from '#lib/report/describe-amounts.ts';
import { estimateProgress, type ProgressSample } from '#lib/run-view/plan-progress.ts';
import { type Pulse, useRunPulse } from './use-run-pulse.ts';

/** The rate is that of the last seconds. */
const windowMs = 10_000;
const refreshMs = 3_000;

interface LiveProgressProps {
  runId: string;
  /** What the page was made of: when the run has another shape, the page is made anew. */
  shape: string;
  progress: ProgressSample | null;
}

/** How far an open run is; moves without a reload, and has the server make the page anew when a step has ended. */
export function LiveProgress({ runId, shape, progress }: LiveProgressProps) {
  const { pulse, by } = useRunPulse(runId);
  useRefresh(pulse, shape);
  const { sample, since } = useSamples(pulse?.progress ?? progress);
  return (
    <div className="grid gap-2" data-followed-by={by}>
      {sample === null ? (
        <p className="text-sm text-quiet">At work; no rows are moved in this moment.</p>
      ) : (
        <Amounts sample={sample} since={since} />
      )}
      <LiveRegion>{pulse ? `The run is ${pulse.status}. ${sample === null ? '' : sample.phase}` : ''}</LiveRegion>
    </div>
  );
}

/** Once for each shape: a page that cannot be made in this moment must not be asked for in a circle. */
function useRefresh(pulse: Pulse | undefined, shape: string): void {
  const router = useRouter();
  const asked = useRef(shape);
  useEffect(() => {
    if (pulse === undefined || pulse.shape === asked.current) return;
    asked.current = pulse.shape;
    router.refresh();
  }, [router, pulse]);
  const ended = pulse?.ended === true;
  useEffect(() => {
    if (!ended) return;
    // The page that comes of it has no progress, and this is gone; as long as it is there, that one could not be made.
    const timer = setInterval(() => router.refresh(), refreshMs);
    return () => clearInterval(timer);
  }, [router, ended]);
}

/** The newest sample, and the oldest of the same phase within the window. */
function useSamples(newest: ProgressSample | null): {
  sample: ProgressSample | null;
  since: ProgressSample | undefined;
} {
  const [samples, setSamples] = useState<ProgressSample[]>([]);
  useEffect(() => {
    if (newest === null) return;
    setSamples((earlier) =>
      [...earlier, newest].filter(({ at, phase }) => phase === newest.phase && at >= newest.at - windowMs),
    );
  }, [newest]);
  return { sample: newest, since: samples[0] };
}

function Amounts({ sample, since }: { sample: ProgressSample; since: ProgressSample | undefined }) {
  const { phase, rows, bytes, items, totalBytes, totalItems } = sample;
  const { percent, bytesPerSecond, rowsPerSecond, leftMs } = estimateProgress(sample, since);
  const share = percent ?? (totalItems > 0 ? Math.floor((items / totalItems) * 100) : undefined);
  const perSecond = (text: string): string => `${text}/s`;
  const amounts: [string, string][] = [
    [
      'Bytes',
      totalBytes > bytes ? `${describeBytes(bytes)} of about ${describeBytes(totalBytes)}` : describeBytes(bytes),
    ],
    ['Rows', describeCount(rows)],
    ['Parts', `${describeCount(items)} of ${describeCount(totalItems)}`],
    ['Rate', bytesPerSecond > 0 ? perSecond(describeBytes(Math.round(bytesPerSecond))) : '–'],
    ['Rows a second', rowsPerSecond > 0 ? describeCount(Math.round(rowsPerSecond)) : '–'],
    ['Time left', leftMs === undefined ? '–' : `about ${describeDuration(leftMs)}`],
  ];
  return (
    <>
      <div className="flex justify-between text-sm">
        <span className="font-medium">{phase}</span>
        <span>{share === undefined ? '' : `${share} %`}</span>
      </div>
      <progress className="progress-bar" aria-label={phase} max={100} value={share ?? 0} />
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 text-sm sm:grid-cols-3 lg:grid-cols-6">
        {amounts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-quiet">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
