import { Shield } from 'lucide-react';
import type { Metadata } from 'next';
import { listConnections, type ShownConnection } from '#app/connections/list-connections.ts';
import { FirstSteps } from '#app/overview/first-steps.tsx';
import { CheckButton } from '#app/settings/check-button.tsx';
import { showSettings } from '#app/settings/settings-page.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { may } from '#lib/access/may.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

export const metadata: Metadata = { title: 'Connections' };

/** The connections of the config, without their secrets, each with a button that looks at it now. */
export default function ConnectionsPage() {
  return showSettings('/settings', {
    about: 'The databases that this server knows. They are set in the config and the environment, not here.',
    render: async ({ identity }) => {
      const connections = listConnections(await loadConfig(), identity);
      if (connections.length === 0) return <FirstSteps />;
      return (
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {connections.map((connection) => (
            <Card key={connection.name} title={connection.name} aside={connection.protected && <Protected />}>
              <div className="grid grid-cols-1 gap-3">
                <Facts facts={factsOf(connection)} />
                {connection.url !== null && may(identity.role, 'start-backup') && (
                  <CheckButton
                    address={`/api/v1/connections/${connection.name}/check`}
                    about={connection.name}
                    label="Check now"
                  />
                )}
              </div>
            </Card>
          ))}
        </div>
      );
    },
  });
}

function Protected() {
  return (
    <Badge tone="notice" icon={Shield}>
      protected
    </Badge>
  );
}

function factsOf({ url, driver, neon, rpoMs, rtoMs, excludeSchemas, criticalQueries }: ShownConnection) {
  const address =
    url === null ? (
      'none on this machine: a config may name what others reach'
    ) : (
      <span className="font-mono text-xs break-all">{url}</span>
    );
  return [
    ['address', address],
    ['reached by', driver],
    ['Neon', neon && `project ${neon.project}${neon.branch === null ? '' : `, branch ${neon.branch}`}`],
    ['promised', describePromise(rpoMs, rtoMs)],
    ['critical queries', criticalQueries === null ? 'derived from the catalogue' : String(criticalQueries)],
    ['left out', excludeSchemas.length === 0 ? null : `schemas ${excludeSchemas.join(', ')}`],
  ] as const;
}

function describePromise(rpoMs: number | null, rtoMs: number | null): string {
  const parts = [
    ...(rpoMs === null ? [] : [`a backup not older than ${describeDuration(rpoMs)} (rpo)`]),
    ...(rtoMs === null ? [] : [`a recovery within ${describeDuration(rtoMs)} (rto)`]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
