import { answer } from '#app/http/answer.ts';
import { readJson } from '#app/http/read-body.ts';
import { lookAtRestore, restoreBody, restoreHint } from '#app/restore/start-restore.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the target. */
export const maxDuration = 60;

/**
 * What a restore would meet, without beginning it: `{ backup, choice, plan, checks, problems, consent, replaces }`. With
 * `problems` it would be refused; with `consent` it wants `confirm`.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'restore', connections: 'later' }, async (caller) =>
    lookAtRestore(caller, await readJson(request, restoreBody, restoreHint)),
  );
}
