import { Ban, CircleCheck, Clock } from 'lucide-react';
import type { Metadata } from 'next';
import { listShownTokens, type ShownToken } from '#app/settings/list-shown-tokens.ts';
import { RevokeToken } from '#app/settings/revoke-token.tsx';
import { showSettings } from '#app/settings/settings-page.tsx';
import { TokenForm } from '#app/settings/token-form.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { Time } from '#app/ui/time.tsx';
import { UnreadablePanel } from '#app/ui/unreadable-panel.tsx';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Tokens' };

/** The tokens: to make one, whose secret is shown once, and to revoke one. */
export default function TokensPage() {
  return showSettings('/settings/tokens', {
    about: 'With a token a person signs in, or a service calls the API. Only its hash is kept.',
    render: async () => {
      const { config, repository } = await openWorkspace();
      const { tokens, unreadable } = await listShownTokens(repository);
      return (
        <>
          <Card title="A new one">
            <TokenForm connections={[...config.care.keys()].sort()} />
          </Card>
          <UnreadablePanel unreadable={unreadable} what="token" />
          <Card title="Tokens" flush>
            <DataTable
              caption="Tokens, newest first"
              columns={[
                { name: 'Token', show: (token) => <TokenName token={token} /> },
                { name: 'State', show: ({ state }) => <State state={state} /> },
                { name: 'Role', show: ({ role }) => role },
                { name: 'Limited to', show: ({ scope }) => scope?.join(', ') ?? 'nothing' },
                { name: 'Last used', show: ({ lastUsedAt }) => (lastUsedAt ? <Time value={lastUsedAt} /> : 'never') },
                { name: 'Expires', show: ({ expiresAt }) => (expiresAt ? <Time value={expiresAt} /> : 'never') },
                {
                  name: 'Revoke',
                  show: ({ id, name, state }) => state === 'active' && <RevokeToken id={id} name={name} />,
                },
              ]}
              rows={tokens}
              keyOf={({ id }) => id}
              empty={<EmptyState title="No token was made yet" />}
            />
          </Card>
        </>
      );
    },
  });
}

function TokenName({ token: { name, id, createdAt, createdBy } }: { token: ShownToken }) {
  return (
    <>
      <span className="break-words">{name}</span>
      <span className="block text-xs font-normal text-quiet">
        <span className="font-mono">{id}</span>, made <Time value={createdAt} /> by {createdBy}
      </span>
    </>
  );
}

const looks = {
  active: { tone: 'notice', icon: CircleCheck },
  expired: { tone: 'neutral', icon: Clock },
  revoked: { tone: 'neutral', icon: Ban },
} as const;

function State({ state }: { state: ShownToken['state'] }) {
  return <Badge {...looks[state]}>{state}</Badge>;
}
