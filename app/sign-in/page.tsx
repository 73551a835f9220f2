import { localPath } from '#app/access/session-response.ts';
import { Wordmark } from '#app/frame/wordmark.tsx';
import { HealthFacts } from '#app/health/health-facts.tsx';
import { Button, buttonClass } from '#app/ui/button.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import { describeProblem } from './problems.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The way in: by a token, by the identity provider, or by the admin link of a first start. */
export default async function SignInPage({ searchParams }: Props) {
  const { problem, next: wanted, setup } = await searchParams;
  const next = localPath(textOf(wanted));
  // A config that does not load is told by the health below, and leaves the way in by token.
  const hasOidc = await loadConfig().then(
    ({ access }) => access.oidc !== null,
    () => false,
  );
  const code = textOf(setup);
  return (
    <main className="mx-auto grid max-w-sm gap-6 px-4 py-16">
      <h1 className="text-xl">
        <Wordmark />
      </h1>
      {textOf(problem) !== undefined && (
        <p role="alert" className="rounded-md border border-failed bg-failed-soft px-3 py-2 text-failed">
          {describeProblem(textOf(problem) ?? '')}
        </p>
      )}
      {code === undefined ? <TokenForm next={next} /> : <SetupForm code={code} />}
      {hasOidc && (
        <a className={buttonClass()} href={`/sign-in/oidc?${new URLSearchParams({ next })}`}>
          Sign in with your identity provider
        </a>
      )}
      <HealthFacts />
    </main>
  );
}

function TokenForm({ next }: { next: string }) {
  return (
    <form method="post" action="/api/v1/session" className="grid gap-2">
      <input type="hidden" name="next" value={next} />
      <label htmlFor="token" className="font-medium">
        Token
      </label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="current-password"
        required
        className="h-9 rounded-md border border-edge bg-surface px-3"
      />
      <Button type="submit" tone="primary">
        Sign in
      </Button>
    </form>
  );
}

/** A button and not the link itself: a preview of the link must not use it up. */
function SetupForm({ code }: { code: string }) {
  return (
    <form method="post" action="/api/v1/session" className="grid gap-3">
      <input type="hidden" name="setup" value={code} />
      <p>This link makes you admin for one hour. It works once.</p>
      <Button type="submit" tone="primary">
        Sign in as admin
      </Button>
    </form>
  );
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
