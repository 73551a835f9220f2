import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

export type ButtonTone = 'primary' | 'plain' | 'danger';

const tones = {
  primary: 'border-transparent bg-accent text-on-accent hover:opacity-90',
  plain: 'border-line bg-surface text-ink hover:bg-sunken',
  danger: 'border-failed bg-surface text-failed hover:bg-failed-soft',
} as const;

/** The look of a button, for links that are one. */
export function buttonClass(tone: ButtonTone = 'plain'): string {
  return clsx(
    'inline-flex h-8 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border px-3 text-sm font-medium',
    'disabled:cursor-not-allowed disabled:opacity-50 print:hidden',
    tones[tone],
  );
}

/** A button; `type` is `button` where none is said, so that it never sends a form by accident. */
export function Button({ tone = 'plain', className, ...props }: ComponentProps<'button'> & { tone?: ButtonTone }) {
  return <button type="button" className={clsx(buttonClass(tone), className)} {...props} />;
}
