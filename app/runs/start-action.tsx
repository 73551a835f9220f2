'use client';

import type { ReactNode } from 'react';
import type { ButtonTone } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { useStart } from './use-start.ts';

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
  const { start, error } = useStart({ address, done, stayAt });
  return (
    <ConfirmDialog
      {...dialog}
      typed={typed}
      onConfirm={() => start(body)}
      problem={error && <ErrorPanel error={error} />}
    >
      {children}
    </ConfirmDialog>
  );
}
