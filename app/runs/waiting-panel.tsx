import { Hourglass } from 'lucide-react';
import { Time } from '#app/ui/time.tsx';
import type { Waiting } from '#lib/runs/waiting-store.ts';

/** What a run waits for, and how long it does. */
export function WaitingPanel({ waiting }: { waiting: Waiting }) {
  return (
    <div role="status" className="flex gap-3 rounded-lg border border-caution bg-caution-soft p-4 text-sm">
      <Hourglass aria-hidden size={16} className="mt-0.5 shrink-0 text-caution" />
      <div>
        <p className="font-medium text-caution">The proof passed. It waits for somebody to approve {waiting.what}.</p>
        <p className="mt-1">
          Without an approval until <Time value={waiting.until} exact /> the copy is discarded.
        </p>
      </div>
    </div>
  );
}
