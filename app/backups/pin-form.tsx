'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { z } from 'zod';
import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { TextField } from '#app/ui/text-field.tsx';
import { useTell } from '#app/ui/toast.tsx';

/** Pins a backup with a reason, or lets it go again. `address` is the backup's own in the API. */
export function PinForm({ address, isPinned }: { address: string; isPinned: boolean }) {
  const router = useRouter();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ShownError>();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim();
    setBusy(true);
    setError(undefined);
    const body = isPinned || reason === '' ? {} : { reason };
    const answer = await postJson(`${address}/${isPinned ? 'unpin' : 'pin'}`, { body, schema: z.unknown() });
    setBusy(false);
    if (!answer.ok) {
      setError(answer.error);
      return;
    }
    tell(isPinned ? 'Unpinned: the retention decides again' : 'Pinned: no prune takes it');
    router.refresh();
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <div className="flex flex-wrap items-end gap-2">
        {!isPinned && <TextField label="Why" name="reason" maxLength={200} placeholder="before the audit" />}
        <Button type="submit" disabled={busy}>
          {isPinned ? 'Unpin' : 'Pin'}
        </Button>
      </div>
      {error && <ErrorPanel error={error} />}
    </form>
  );
}
