import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { Wordmark } from '#app/frame/wordmark.tsx';
import { describeHookProblem } from '#app/hooks/describe-hook-problem.ts';
import { describeStart } from '#app/hooks/describe-start.ts';
import { findHookToken } from '#app/hooks/find-hook-token.ts';
import { findTicket } from '#app/hooks/find-ticket.ts';
import { HookOutcomePanel } from '#app/hooks/hook-outcome-panel.tsx';
import { noteRefusedHook } from '#app/hooks/open-hook.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { Button } from '#app/ui/button.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { checkHookToken } from '#lib/hooks/check-hook-token.ts';
import { issueFormPass } from '#lib/hooks/form-pass.ts';
import { readOutcome } from '#lib/hooks/read-outcome.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'Deploy hook' };

interface Props {
  params: Promise<{ name: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** What a person sees who opens the address of a hook: what it starts, and one button; then what came of it. */
export default async function HookPage({ params, searchParams }: Props) {
  const { name } = await params;
  const { token, ticket, problem } = await searchParams;
  return (
    <main className="mx-auto grid max-w-md gap-6 px-4 py-16">
      <p className="text-lg">
        <Wordmark />
      </p>
      {typeof problem === 'string' ? (
        <Problem code={problem} />
      ) : typeof ticket === 'string' ? (
        <Outcome name={name} ticket={ticket} />
      ) : (
        <Start name={name} token={typeof token === 'string' ? token : ''} />
      )}
    </main>
  );
}

async function Start({ name, token }: { name: string; token: string }) {
  const { hook, key } = await openOrLeave(name, async () => {
    const found = (await loadConfig()).hooks.get(name);
    const record = found && (await findHookToken(name));
    checkHookToken(record, token);
    return { hook: found, key: record?.hash };
  });
  if (hook === undefined || key === undefined) notFound();
  return (
    <form method="post" action={`/api/hooks/${name}`} className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Deploy hook {name}</h1>
      <p>{describeStart(hook)} Nothing has been started yet.</p>
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="pass" value={issueFormPass({ hook: name, key })} />
      <Button type="submit" tone="primary">
        {verbs[hook.start]} {hook.connection}
        {hook.to !== null && ` to ${hook.to}`}
      </Button>
    </form>
  );
}

async function Outcome({ name, ticket }: { name: string; ticket: string }) {
  const { hook, delivery } = await openOrLeave(name, async () =>
    findTicket(name, { ticket, headers: new Headers(await headers()) }),
  );
  const outcome = await readOutcome(await openWorkspace(), hook, delivery);
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">Deploy hook {name}</h1>
      <HookOutcomePanel outcome={outcome} hook={hook} />
    </>
  );
}

function Problem({ code }: { code: string }) {
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">Nothing was started</h1>
      <p role="alert">{describeHookProblem(code)}</p>
    </>
  );
}

const verbs = {
  ...{ backup: 'Back up', gate: 'Ask the gate of', 'backup-and-gate': 'Back up', transfer: 'Move' },
} as const satisfies Record<Hook['start'], string>;

/** Who may not look is told nothing, not even that there is such a hook; it stands in the audit log. */
async function openOrLeave<T>(name: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const { access } = await loadConfig();
    const address = clientAddress(await headers(), access.trustedProxies);
    await noteRefusedHook({ name, address, code: cause.code });
    notFound();
  }
}
