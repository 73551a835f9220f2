import { CircleCheck, CircleX } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { checkHealth } from './check-health.ts';

/** What is safe to show to everybody: whether the service can work. */
export async function HealthFacts() {
  const { ready, version, engine, checks } = await checkHealth();
  return (
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
