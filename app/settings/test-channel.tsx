'use client';

import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { z } from 'zod';
import { Badge } from '#app/ui/badge.tsx';
import { Button } from '#app/ui/button.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';

const triedSchema = z.object({ delivered: z.boolean(), detail: z.string(), hint: z.string() });
const answerSchema = z.object({ channels: z.array(triedSchema) });

/** Sends a test message by a channel, and shows what its receiver said. */
export function TestChannel({ channel }: { channel: string }) {
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<z.infer<typeof triedSchema>>();
  const [error, setError] = useState<ShownError>();
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setTried(undefined);
    const answer = await postJson('/api/v1/notifications/test', { body: { channel }, schema: answerSchema });
    setBusy(false);
    if (answer.ok) setTried(answer.value.channels[0]);
    else setError(answer.error);
  };
  return (
    <div className="grid justify-items-start gap-2">
      <Button onClick={send} disabled={busy} aria-label={`Send a test message by ${channel}`}>
        {busy ? 'Sending…' : 'Send a test'}
      </Button>
      <div role="status" className="grid justify-items-start gap-1 empty:hidden">
        {tried && (
          <>
            <Badge tone={tried.delivered ? 'notice' : 'failed'} icon={tried.delivered ? CircleCheck : CircleX}>
              {tried.delivered ? 'delivered' : 'not delivered'}
            </Badge>
            <span className="break-words">{tried.detail}</span>
            {tried.hint !== '' && (
              <span className="text-quiet">
                <CodeText text={tried.hint} />
              </span>
            )}
          </>
        )}
      </div>
      {error && <ErrorPanel error={error} />}
    </div>
  );
}
