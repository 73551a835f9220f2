import { CircleCheck, CircleX } from 'lucide-react';
import { checkHealth } from '#app/health/check-health.ts';
import { Badge } from '#app/ui/badge.tsx';
import { Facts } from '#app/ui/facts.tsx';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** What is safe to show to everybody: that it is Holdfast, and whether it can work. */
export default async function HomePage() {
  const { ready, version, engine, checks } = await checkHealth();
  return (
    <main className="mx-auto grid max-w-xl gap-6 px-4 py-16">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Holdfast</h1>
        <p className="text-quiet">Durable PostgreSQL backups, proven by restoring them.</p>
      </div>
      <Facts
        facts={[
          ['service', ready ? told('ready') : failed('not ready')],
          ...checks.map(({ name, passed, code }) => {
            const value = name === 'engine' ? engine : 'ok';
            return [name, passed ? told(value) : failed(code ?? 'failed')] as const;
          }),
          ['version', version],
        ]}
      />
      <p className="text-sm text-quiet">
        <a href="/api/health" className="underline">
          Health as JSON
        </a>{' '}
        · the guides are in the folder <code className="font-mono">docs</code> of the source.
      </p>
    </main>
  );
}

function told(text: string) {
  return (
    <Badge tone="notice" icon={CircleCheck}>
      {text}
    </Badge>
  );
}

function failed(text: string) {
  return (
    <Badge tone="failed" icon={CircleX}>
      {text}
    </Badge>
  );
}
