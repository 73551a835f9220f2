'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { deleteJson, type ShownError } from '#app/ui/post-json.ts';
import { useTell } from '#app/ui/toast.tsx';

/** Revokes a token for good, once asked. */
export function RevokeToken({ id, name }: { id: string; name: string }) {
  const router = useRouter();
  const tell = useTell();
  const [error, setError] = useState<ShownError>();
  const revoke = async (): Promise<boolean> => {
    const answer = await deleteJson(`/api/v1/tokens/${id}`);
    if (!answer.ok) {
      setError(answer.error);
      return false;
    }
    tell(`The token “${name}” is revoked`);
    router.refresh();
    return true;
  };
  return (
    <ConfirmDialog
      {...{ trigger: 'Revoke…', confirm: 'Revoke it', tone: 'danger', onConfirm: revoke }}
      title={`Revoke the token “${name}”?`}
      problem={error && <ErrorPanel error={error} />}
    >
      Whatever uses it is refused from now on, and sessions that began with it end. It cannot be taken back.
    </ConfirmDialog>
  );
}
