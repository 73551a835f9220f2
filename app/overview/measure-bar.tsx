import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { Measure } from './plan-promise-view.ts';

/** A measure against its promise: in words, with a sign where it is over, and as a bar where there is a promise. */
export function MeasureBar({ measure: { name, value, promised, text, isOver } }: { measure: Measure }) {
  const Icon = isOver ? TriangleAlert : CircleCheck;
  return (
    <div className="grid gap-1 text-sm">
      <p className="flex flex-wrap items-center gap-x-1.5">
        <span className="text-quiet">{name}:</span>
        {promised !== null && (
          <Icon aria-hidden size={14} className={isOver ? 'shrink-0 text-failed' : 'shrink-0 text-quiet'} />
        )}
        <span className={isOver ? 'text-failed' : ''}>{text}</span>
      </p>
      {promised !== null && value !== null && (
        <progress
          className="progress-bar"
          aria-label={`${name} against its promise`}
          max={100}
          value={Math.min(100, Math.round((value / promised) * 100))}
        />
      )}
    </div>
  );
}
