import { Check, Loader, RotateCw, X } from 'lucide-react';
import { DataTable } from '#app/ui/data-table.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { describeTime } from '#lib/report/describe-amounts.ts';
import type { TimelineSpan, TimelineStep } from './plan-timeline.ts';

const outcomes = {
  completed: { icon: Check, word: 'done', className: 'text-quiet' },
  retried: { icon: RotateCw, word: 'done', className: 'text-caution' },
  failed: { icon: X, word: 'failed', className: 'text-failed' },
  working: { icon: Loader, word: 'at work', className: 'text-accent' },
  again: { icon: RotateCw, word: 'failed, is tried again', className: 'text-caution' },
} as const;

/** The steps of a run: when each was at work, how often it was tried, and how long it waited in between. */
export function Timeline({ steps }: { steps: readonly TimelineStep[] }) {
  return (
    <DataTable
      caption="Steps in the order of their numbers"
      columns={[
        { name: 'Step', show: ({ n, slug }) => <StepName n={n} slug={slug} /> },
        { name: 'On the run’s time', phone: 'hidden', show: ({ spans }) => <Spans spans={spans} /> },
        { name: 'Attempts', align: 'right', phone: 'hidden', show: ({ attempts }) => attempts },
        { name: 'Worked', align: 'right', show: ({ workedMs }) => <Duration ms={workedMs} /> },
        { name: 'Waited', align: 'right', show: ({ waitedMs }) => (waitedMs > 0 ? <Duration ms={waitedMs} /> : null) },
        { name: 'Outcome', show: (step) => <StepOutcome step={step} /> },
      ]}
      rows={steps}
      keyOf={({ n, slug }) => `${n}-${slug}`}
      empty={
        <EmptyState title="No step has ended yet">
          A step is listed when its first attempt has ended; one that moves rows, when it has begun.
        </EmptyState>
      }
    />
  );
}

function StepName({ n, slug }: { n: string; slug: string }) {
  return (
    <span className="font-mono text-xs whitespace-nowrap">
      <span className="inline-block min-w-14 text-quiet">{n}</span> {slug}
    </span>
  );
}

const fills = { worked: 'fill-accent', failed: 'fill-failed', waited: 'fill-line' } as const;

/** Decorative: the columns beside it say the same in words. */
function Spans({ spans }: { spans: readonly TimelineSpan[] }) {
  return (
    <svg
      viewBox="0 0 1000 8"
      preserveAspectRatio="none"
      aria-hidden="true"
      className="mt-1.5 h-2 w-full min-w-32 rounded-sm bg-sunken"
    >
      {spans.map(({ kind, from, width }) => (
        <rect key={`${kind}-${from}`} x={from} y={0} width={Math.max(3, width)} height={8} className={fills[kind]} />
      ))}
    </svg>
  );
}

function StepOutcome({ step: { outcome, attempts, errors, since } }: { step: TimelineStep }) {
  const { icon: Icon, word, className } = outcomes[outcome];
  return (
    <>
      <span className={`inline-flex items-center gap-1 ${className}`}>
        <Icon aria-hidden size={14} className="shrink-0" />
        {since === null ? describeOutcome(word, attempts) : <AtWork since={since} attempt={attempts} />}
      </span>
      {errors.length > 0 && (
        <ul className="max-w-prose text-xs break-words text-quiet">
          {[...new Set(errors)].map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function describeOutcome(word: string, attempts: number): string {
  return attempts > 1 ? `${word} after ${attempts} attempts` : word;
}

function AtWork({ since, attempt }: { since: string; attempt: number }) {
  return (
    <span>
      at work since {describeTime(since)}
      {attempt > 1 ? `, attempt ${attempt}` : ''}
    </span>
  );
}
