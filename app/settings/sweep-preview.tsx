'use client';

import { useState } from 'react';
import { z } from 'zod';
import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { LiveRegion } from '#app/ui/live-region.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { describeBytes, describeMany } from '#lib/report/describe-amounts.ts';

const amountsSchema = z.object({ chunks: z.int(), bytes: z.int() });
const answerSchema = z.object({
  sweep: amountsSchema.extend({ young: amountsSchema, heldBack: z.string().nullable() }),
});
type Sweep = z.infer<typeof answerSchema>['sweep'];

/** Counts what a prune would free: every manifest is read for it, so only when it is asked for. */
export function SweepPreview() {
  const [busy, setBusy] = useState(false);
  const [sweep, setSweep] = useState<Sweep>();
  const [error, setError] = useState<ShownError>();
  const count = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const answer = await postJson('/api/v1/prune/preview', { body: {}, schema: answerSchema });
    setBusy(false);
    setSweep(answer.ok ? answer.value.sweep : undefined);
    setError(answer.ok ? undefined : answer.error);
  };
  return (
    <div className="grid gap-3">
      <div>
        <Button onClick={count} disabled={busy}>
          {busy ? 'Counting…' : 'Count what would be freed'}
        </Button>
      </div>
      <LiveRegion>{sweep ? `Swept at once: ${describe(sweep)}` : ''}</LiveRegion>
      {error && <ErrorPanel error={error} />}
      {sweep && (
        <Facts
          facts={[
            ['swept at once', sweep.heldBack === null ? describe(sweep) : `nothing: ${sweep.heldBack}`],
            ['after the grace time', describe(sweep.young)],
          ]}
        />
      )}
    </div>
  );
}

function describe({ chunks, bytes }: { chunks: number; bytes: number }): string {
  return `${describeMany(chunks, 'chunk')}, ${describeBytes(bytes)}`;
}
