import { HealthFacts } from '#app/health/health-facts.tsx';
import { authorizePage } from '#app/http/authorize-page.ts';
import { Button } from '#app/ui/button.tsx';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Who is signed in, and whether the service can work. */
export default async function HomePage() {
  const { identity } = await authorizePage({ action: 'read', path: '/' });
  const scope = identity.scope === null ? '' : `, limited to ${identity.scope.join(', ')}`;
  return (
    <main className="mx-auto grid max-w-xl gap-6 px-4 py-16">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Holdfast</h1>
        <p className="text-quiet">Durable PostgreSQL backups, proven by restoring them.</p>
      </div>
      <HealthFacts />
      <form method="post" action="/sign-out" className="flex flex-wrap items-center justify-between gap-3">
        <p>
          Signed in as {identity.name} ({identity.role}
          {scope})
        </p>
        <Button type="submit">Sign out</Button>
      </form>
    </main>
  );
}
