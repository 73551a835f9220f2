'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { z } from 'zod';
import type { ButtonTone } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { useTell } from '#app/ui/toast.tsx';

/** `run`: the run that was begun, or the one that was decided about; `null` where it has not begun yet. */
const answerSchema = z.object({ run: z.string().nullable() });

interface RunActionProps {
  runId: string;
  action: 'approve' | 'cancel' | 'rollback' | 'discard';
  trigger: string;
  title: string;
  confirm: string;
  tone?: ButtonTone;
  /** A name that must be typed, which is then sent along. */
  typed?: string | undefined;
  /** What is told when it was taken. */
  done: string;
  children: ReactNode;
}

/** A button that asks, then changes something of a run, and goes to the run that came of it. */
export function RunAction({ runId, action, typed, done, children, ...dialog }: RunActionProps) {
  const router = useRouter();
  const tell = useTell();
  const [error, setError] = useState<ShownError>();
  const act = async (): Promise<boolean> => {
    setError(undefined);
    const body = typed === undefined ? {} : { confirm: typed };
    const answer = await postJson(`/api/v1/runs/${runId}/${action}`, { body, schema: answerSchema });
    if (!answer.ok) {
      setError(answer.error);
      return false;
    }
    const { run } = answer.value;
    tell(done, run === null ? 'It has not begun yet; the page of runs will show it.' : undefined);
    if (run !== null && run !== runId) router.push(`/runs/${run}`);
    else router.refresh();
    return true;
  };
  return (
    <ConfirmDialog {...dialog} typed={typed} onConfirm={act} problem={error && <ErrorPanel error={error} />}>
      {children}
    </ConfirmDialog>
  );
}
