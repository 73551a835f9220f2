'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { z } from 'zod';
import { ShownOnce } from '#app/settings/shown-once.tsx';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { deleteJson, postJson, type ShownError } from '#app/ui/post-json.ts';
import { useTell } from '#app/ui/toast.tsx';

const answerSchema = z.object({ url: z.string() });

/** Makes, rotates and revokes the token of a hook. The address with it is in this page only, until it is left. */
export function HookTokenActions({ name, isMade }: { name: string; isMade: boolean }) {
  const router = useRouter();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<ShownError>();
  const address = `/api/v1/hooks/${name}/token`;
  const settle = (problem: ShownError | undefined): boolean => {
    setError(problem);
    if (problem === undefined) router.refresh();
    return problem === undefined;
  };
  const make = async (body: { rotate?: boolean }): Promise<boolean> => {
    setBusy(true);
    setUrl(undefined);
    const answer = await postJson(address, { body, schema: answerSchema });
    setBusy(false);
    if (answer.ok) setUrl(answer.value.url);
    return settle(answer.ok ? undefined : answer.error);
  };
  const revoke = async (): Promise<boolean> => {
    const answer = await deleteJson(address);
    if (answer.ok) {
      setUrl(undefined);
      tell(`The address of “${name}” is revoked`);
    }
    return settle(answer.ok ? undefined : answer.error);
  };
  const problem = error && <ErrorPanel error={error} />;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        {isMade ? (
          <>
            <ConfirmDialog
              {...{ trigger: 'New address…', confirm: 'Make it', problem, onConfirm: () => make({ rotate: true }) }}
              title={`A new address for “${name}”?`}
            >
              The address there is opens nothing from then on: give the new one to whatever uses it.
            </ConfirmDialog>
            <ConfirmDialog
              {...{ trigger: 'Revoke…', confirm: 'Revoke it', tone: 'danger', problem, onConfirm: revoke }}
              title={`Revoke the address of “${name}”?`}
            >
              Whatever uses it is refused from then on. Signed webhooks still open the hook, where the config says so.
            </ConfirmDialog>
          </>
        ) : (
          <Button disabled={busy} onClick={() => make({})}>
            {busy ? 'One moment…' : 'Make an address'}
          </Button>
        )}
      </div>
      {!isMade && problem}
      <div role="status" className="empty:hidden">
        {url !== undefined && <ShownOnce title={`The address of “${name}”`} text={url} />}
      </div>
    </div>
  );
}
