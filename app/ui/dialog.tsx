'use client';

import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useId, useState } from 'react';
import { type ButtonTone, buttonClass } from './button.tsx';

interface ConfirmDialogProps {
  /** The button that opens it. */
  trigger: string;
  title: string;
  /** What will happen, and what it costs. */
  children: ReactNode;
  /** The button that does it. */
  confirm: string;
  tone?: ButtonTone;
  /** A name that must be typed first. */
  typed?: string | undefined;
  /** Does it; the dialog stays open, and cannot be closed, until that is over. `false`: it failed and was told. */
  onConfirm: () => Promise<boolean>;
  /** Below the text: what may be given along. */
  fields?: ReactNode;
  /** Below that: an error of the last attempt. */
  problem?: ReactNode;
}

/** Asks before something is changed: a dialog that holds the focus, with the harmless button first. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { trigger, title, children, confirm, tone = 'primary', typed, onConfirm, fields, problem } = props;
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [given, setGiven] = useState('');
  const inputId = useId();
  const act = async (): Promise<void> => {
    setBusy(true);
    const done = await onConfirm();
    setBusy(false);
    if (done) setOpen(false);
  };
  const change = (wanted: boolean): void => {
    if (busy) return;
    setOpen(wanted);
    setGiven('');
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={change}>
      <AlertDialog.Trigger className={buttonClass(tone)}>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 min-h-dvh bg-veil" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 grid w-[28rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 gap-3 rounded-lg border border-line bg-surface p-5 shadow-xl">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="text-sm text-quiet">
            {children}
          </AlertDialog.Description>
          {fields}
          {typed !== undefined && (
            <label htmlFor={inputId} className="grid gap-1 text-sm">
              <span>
                Type <strong className="font-mono">{typed}</strong> to confirm
              </span>
              <input
                id={inputId}
                value={given}
                onChange={({ target }) => setGiven(target.value)}
                autoComplete="off"
                spellCheck={false}
                className="h-8 rounded-md border border-edge bg-surface px-2 font-mono"
              />
            </label>
          )}
          {problem}
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialog.Close className={buttonClass()} disabled={busy}>
              Back
            </AlertDialog.Close>
            <button
              type="button"
              className={buttonClass(tone)}
              disabled={busy || (typed !== undefined && given !== typed)}
              onClick={act}
            >
              {busy ? 'One moment…' : confirm}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
