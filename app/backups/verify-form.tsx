'use client';

import { type FormEvent, useState } from 'react';
import { useStart } from '#app/runs/use-start.ts';
import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';

const parts = [
  ['', 'every object'],
  ['25', 'a sample of 25 % of the bytes'],
  ['10', 'a sample of 10 %'],
  ['1', 'a sample of 1 %'],
] as const;

/** Has the objects of a backup read, all or a sample, and goes to the run. `address` is that of its verification. */
export function VerifyForm({ address }: { address: string }) {
  const { start, error } = useStart({ address, done: 'The verification has begun' });
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const sample = new FormData(event.currentTarget).get('sample');
    setBusy(true);
    await start(sample === '' ? {} : { sample: Number(sample) });
    setBusy(false);
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <div className="flex flex-wrap items-end gap-2">
        <label className="grid min-w-0 gap-1 text-xs text-quiet">
          Read
          <select name="sample" className="h-8 rounded-md border border-edge bg-surface px-2 text-sm text-ink">
            {parts.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <Button type="submit" disabled={busy}>
          {busy ? 'One moment…' : 'Verify'}
        </Button>
      </div>
      {error && <ErrorPanel error={error} />}
    </form>
  );
}
