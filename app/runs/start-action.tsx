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

interface StartActionProps {
  /** Of the API; takes a POST and answers `{ run }`. */
  address: string;
  body: object;
  trigger: string;
  title: string;
  confirm: string;
  tone?: ButtonTone;
  /** A name that must be typed. */
  typed?: string | undefined;
  /** What is told when it was taken. */
  done: string;
  /** The run whose page this is: it is made anew, not left. */
  stayAt?: string;
  children: ReactNode;
}

/** A button that asks, then starts a run or decides about one, and goes to the run that came of it. */
export function StartAction({ address, body, typed, done, stayAt, children, ...dialog }: StartActionProps) {
  const router = useRouter();
  const tell = useTell();
  const [error, setError] = useState<ShownError>();
  const act = async (): Promise<boolean> => {
    setError(undefined);
    const answer = await postJson(address, { body, schema: answerSchema });
    if (!answer.ok) {
      setError(answer.error);
      return false;
    }
    const { run } = answer.value;
    tell(done, run === null ? 'It has not begun yet; the page of runs will show it.' : undefined);
    if (run !== null && run !== stayAt) router.push(`/runs/${run}`);
    else router.refresh();
    return true;
  };
  return (
    <ConfirmDialog {...dialog} typed={typed} onConfirm={act} problem={error && <ErrorPanel error={error} />}>
      {children}
    </ConfirmDialog>
  );
}
