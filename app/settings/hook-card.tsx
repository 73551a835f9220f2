import { Ban, CircleCheck, CircleDashed, CircleX, EyeOff, TriangleAlert } from 'lucide-react';
import { describeStart } from '#app/hooks/describe-start.ts';
import { tellError } from '#app/http/tell-error.ts';
import { RunLink } from '#app/runs/run-link.tsx';
import { StatusBadge } from '#app/runs/status-badge.tsx';
import { describeWebhook } from '#app/settings/describe-webhook.ts';
import { HookTokenActions } from '#app/settings/hook-token.tsx';
import type { ShownHook } from '#app/settings/list-shown-hooks.ts';
import { Badge } from '#app/ui/badge.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { Time } from '#app/ui/time.tsx';
import type { HookToken } from '#lib/hooks/hook-token.ts';
import type { RecentDelivery } from '#lib/hooks/recent-deliveries.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

interface HookCardProps {
  shown: ShownHook;
  mayChange: boolean;
  /** Puts a sentence as who looks at the page may read it. */
  tell: (text: string) => string;
}

/** A hook of the config: its address, what it starts, who may open it, and what it was sent last. */
export function HookCard({ shown, mayChange, tell }: HookCardProps) {
  const { hook, token, tokenProblem, deliveries } = shown;
  // One that cannot be read is there, and another can be put in its place.
  const isMade = token === undefined ? tokenProblem !== null : token.revokedAt === null;
  return (
    <Card
      title={hook.name}
      aside={
        <Badge {...(isMade ? looks.made : looks.none)}>
          {tokenProblem === null ? tokenWord(token) : 'token unreadable'}
        </Badge>
      }
      flush
    >
      <div className="grid gap-4 p-4">
        <Facts
          facts={[
            ['starts', describeStart(hook)],
            ['address', <code key="address" className="font-mono text-xs break-all">{`/api/hooks/${hook.name}`}</code>],
            ['token', tokenProblem !== null ? null : <TokenFacts key="token" token={token} />],
            ['webhooks', hook.webhook === null ? 'none: its token alone opens it' : describeWebhook(hook.webhook)],
            ['label', hook.label],
            ['who waits', `is kept waiting for ${describeDuration(hook.waitMs)} at most`],
          ]}
        />
        {tokenProblem !== null && <ErrorPanel error={tellError(tokenProblem, tell)} tone="caution" />}
        {mayChange && <HookTokenActions name={hook.name} isMade={isMade} />}
      </div>
      <div className="border-t border-line">
        <DataTable
          caption={`What ${hook.name} was sent last, newest first`}
          showCaption
          columns={[
            { name: 'When', show: ({ at }) => <Time value={at} /> },
            { name: 'Outcome', show: (one) => <DeliveryOutcome {...one} tell={tell} /> },
            { name: 'Run', show: ({ run }) => (run === null ? 'none' : <RunLink id={run} />) },
          ]}
          rows={deliveries}
          keyOf={({ id }) => id}
          empty={<EmptyState title="It was sent nothing in the last 30 days" />}
        />
      </div>
    </Card>
  );
}

function tokenWord(token: HookToken | undefined): string {
  if (token === undefined) return 'no token';
  return token.revokedAt === null ? 'token made' : 'token revoked';
}

function TokenFacts({ token }: { token: HookToken | undefined }) {
  if (token === undefined) return 'none was made';
  return (
    <>
      made <Time value={token.createdAt} /> by {token.createdBy}
      {token.revokedAt !== null && (
        <>
          , revoked <Time value={token.revokedAt} /> by {token.revokedBy}
        </>
      )}
    </>
  );
}

const looks = {
  made: { tone: 'notice', icon: CircleCheck },
  none: { tone: 'neutral', icon: Ban },
  ignored: { tone: 'neutral', icon: EyeOff, word: 'ignored' },
  asked: { tone: 'neutral', icon: CircleCheck, word: 'gate asked' },
  'not-sent': { tone: 'failed', icon: CircleX, word: 'not handed over' },
  open: { tone: 'notice', icon: CircleDashed, word: 'under way' },
  unreadable: { tone: 'failed', icon: TriangleAlert, word: 'unreadable' },
} as const;

function DeliveryOutcome({
  outcome,
  problem,
  tell,
}: Pick<RecentDelivery, 'outcome' | 'problem'> & Pick<HookCardProps, 'tell'>) {
  switch (outcome) {
    case 'ignored':
    case 'asked':
    case 'not-sent':
    case 'open':
    case 'unreadable': {
      const { word, ...look } = looks[outcome];
      return (
        <>
          <Badge {...look}>{word}</Badge>
          {problem !== null && (
            <p className="mt-1 break-words text-xs text-quiet">{tellError(problem, tell).message}</p>
          )}
        </>
      );
    }
    default:
      return <StatusBadge status={outcome} />;
  }
}
