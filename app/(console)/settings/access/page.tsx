import type { Metadata } from 'next';
import { showSettings } from '#app/settings/settings-page.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { leastRoles, may } from '#lib/access/may.ts';
import { roles } from '#lib/access/role.ts';
import { loadConfig } from '#lib/config/load-config.ts';

export const metadata: Metadata = { title: 'Access' };

/** Who may do what, and how people come in. */
export default function AccessPage() {
  return showSettings('/settings/access', {
    about: 'Who may do what, and how people come in.',
    render: async ({ identity }) => {
      const { access } = await loadConfig();
      const { oidc } = access;
      return (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Card title="You">
              <Facts
                facts={[
                  ['name', identity.name],
                  ['role', identity.role],
                  ['limited to', identity.scope?.join(', ') ?? 'nothing'],
                  ['signed in by', identity.kind],
                ]}
              />
            </Card>
            <Card title="Identity provider">
              {oidc === null ? (
                <p className="text-sm text-quiet">None is configured: people sign in by a token.</p>
              ) : (
                <Facts
                  facts={[
                    [
                      'issuer',
                      <span key="issuer" className="break-all">
                        {oidc.issuer}
                      </span>,
                    ],
                    ['client', oidc.clientId],
                    ['secret', describeSecret(oidc)],
                    ['role by the claim', oidc.roleClaim],
                    ...(may(identity.role, 'settings')
                      ? roles.map((role) => [role, oidc.roles[role].join(', ') || 'nobody'] as const)
                      : []),
                  ]}
                />
              )}
            </Card>
          </div>
          <Card title="Roles" flush>
            <DataTable
              caption="What each role may do"
              columns={[
                { name: 'Role', show: ({ role }) => role },
                { name: 'May', show: ({ actions }) => actions.join(', ') },
              ]}
              rows={roles.map((role) => ({ role, actions: actionsOf(role) }))}
              keyOf={({ role }) => role}
            />
          </Card>
        </>
      );
    },
  });
}

function describeSecret({
  clientSecret,
  clientSecretFrom,
}: {
  clientSecret: string | null;
  clientSecretFrom: string | null;
}) {
  if (clientSecretFrom === null) return 'none: a public client';
  return clientSecret === null ? `${clientSecretFrom}, which is not set` : clientSecretFrom;
}

/** What comes with a role beyond those before it. */
function actionsOf(role: (typeof roles)[number]): string[] {
  const own = Object.entries(leastRoles).flatMap(([action, least]): string[] =>
    least === role ? [inWords(action)] : [],
  );
  return role === 'viewer' ? own : ['all of the above', ...own];
}

function inWords(action: string): string {
  return action.replaceAll('-', ' ');
}
