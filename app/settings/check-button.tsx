'use client';

import { useState } from 'react';
import { z } from 'zod';
import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { LiveRegion } from '#app/ui/live-region.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { ChecksTable } from './checks-table.tsx';

const checkSchema = z.object({
  name: z.string(),
  object: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  hint: z.string(),
});
const answerSchema = z.object({ passed: z.boolean(), checks: z.array(checkSchema) });
type Answer = z.infer<typeof answerSchema>;

/** Has the server look at something now, and shows what it found below. `about`: what is looked at, for people. */
export function CheckButton({ address, about, label }: { address: string; about: string; label: string }) {
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<ShownError>();
  const look = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const answered = await postJson(address, { body: {}, schema: answerSchema });
    setBusy(false);
    setAnswer(answered.ok ? answered.value : undefined);
    setError(answered.ok ? undefined : answered.error);
  };
  return (
    <div className="grid grid-cols-1 gap-3">
      <div>
        <Button onClick={look} disabled={busy} aria-label={`${label}: ${about}`}>
          {busy ? 'Looking…' : label}
        </Button>
      </div>
      <LiveRegion>
        {answer ? `${about}: ${answer.passed ? 'everything is fine' : 'something is wrong'}` : ''}
      </LiveRegion>
      {error && <ErrorPanel error={error} />}
      {answer && (
        <div className="-mx-4 border-t border-line">
          <ChecksTable caption={`What was found of ${about}`} checks={answer.checks} />
        </div>
      )}
    </div>
  );
}
