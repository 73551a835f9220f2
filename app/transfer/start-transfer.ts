import type { z } from 'zod';
import { requireConsent, requireRightName } from '#app/cutover/require-consent.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { transferRequested } from '#inngest/events.ts';
import { type CutoverPreview, previewTransfer } from '#lib/cutover/preview-cutover.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const transferBody = transferRequested.schema.strict();
export type TransferBody = z.infer<typeof transferBody>;
export const transferHint =
  'Send {"from": "production", "to": "neon"}, and "confirm": "neon" where it replaces something.';

/**
 * Starts a transfer for a caller: 202 `{ event, run }`, `run` being `null` where it has not begun yet.
 * @throws RefusedError (rights, a check of the preflight), UsageError.
 */
export async function startTransfer(
  caller: Caller,
  { asked, key }: { asked: TransferBody; key: string | null },
): Promise<{ event: string; run: string | null }> {
  await requireRightOf(caller, { action: 'transfer', connections: [asked.from, asked.to] });
  const workspace = await openWorkspace({ create: true });
  return startOnce(caller, workspace.repository, {
    ...{ name: transferRequested.name, data: asked, key, asked },
    check: async () => {
      requireRightName(asked);
      requireConsent(await previewTransfer(workspace, { request: asked }), asked);
    },
  });
}

/** The preflight of a transfer, before anything is begun. @throws as `startTransfer`, but for what the preview tells. */
export async function lookAtTransfer(caller: Caller, asked: TransferBody): Promise<CutoverPreview> {
  await requireRightOf(caller, { action: 'transfer', connections: [asked.from, asked.to] });
  return previewTransfer(await openWorkspace({ create: true }), { request: asked });
}
