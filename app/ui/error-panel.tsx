import { CircleX } from 'lucide-react';
import type { RecordedError } from '#lib/runs/run-record.ts';

/** An error as people meet it everywhere: what happened, what to do next, and its name and code to look it up by. */
export function ErrorPanel({ error }: { error: Pick<RecordedError, 'name' | 'code' | 'message' | 'hint'> }) {
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-failed bg-failed-soft p-4 text-sm">
      <CircleX aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
      <div className="min-w-0 break-words">
        <p className="font-medium text-failed">{error.message}</p>
        <p className="mt-1">
          <span className="font-medium">What to do: </span>
          {error.hint}
        </p>
        <p className="mt-1 font-mono text-xs text-quiet">
          {error.name} · {error.code}
        </p>
      </div>
    </div>
  );
}
