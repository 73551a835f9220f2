import type { Metadata } from 'next';
import { mayDrill } from '#app/drill/may-drill.ts';
import { showPage } from '#app/frame/show-page.tsx';
import { placesFor } from '#app/http/places-for.ts';
import { ConnectionCard } from '#app/overview/connection-card.tsx';
import { FirstSteps } from '#app/overview/first-steps.tsx';
import { gatherRuns, planPromiseView } from '#app/overview/plan-promise-view.ts';
import { readVisiblePromises } from '#app/overview/read-visible-promises.ts';
import { LastFailures, UnderWay } from '#app/overview/under-way.tsx';
import { AutoRefresh } from '#app/ui/auto-refresh.tsx';
import { Card } from '#app/ui/card.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { may } from '#lib/access/may.ts';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Overview' };

const refreshMs = 10_000;

/** Every connection against what is promised of it, what is at work, and what failed. */
export default function OverviewPage() {
  return showPage({ action: 'read', path: '/' }, async ({ identity }) => {
    const workspace = await openWorkspace();
    const promises = await readVisiblePromises(workspace, identity);
    const tell = placesFor(identity);
    const failures = gatherRuns(promises, ({ lastFailure }) => (lastFailure === null ? [] : [lastFailure]));
    const open = gatherRuns(promises, ({ running }) => running);
    return (
      <>
        <AutoRefresh everyMs={refreshMs} />
        <PageHeader title="Overview">{promises.length === 0 ? 'Welcome to Holdfast.' : sumUp(promises)}</PageHeader>
        {promises.length === 0 && <FirstSteps />}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {brokenFirst(promises).map((promise) => (
            <ConnectionCard
              key={promise.connection}
              {...{ promise, tell }}
              mayBackUp={may(identity.role, 'start-backup') && workspace.config.connections.has(promise.connection)}
              mayDrill={mayDrill(identity, workspace.config, promise)}
            />
          ))}
        </div>
        {promises.length > 0 && (
          <>
            <Card title="At work" flush>
              <UnderWay runs={open} />
            </Card>
            <Card title="Failed last" flush>
              <LastFailures runs={failures} tell={tell} />
            </Card>
          </>
        )}
      </>
    );
  });
}

/** What somebody has to do something about must not stand below what is well. */
function brokenFirst(promises: readonly ConnectionPromise[]): ConnectionPromise[] {
  const isBroken = (promise: ConnectionPromise): boolean => planPromiseView(promise).standing === 'broken';
  return [...promises.filter(isBroken), ...promises.filter((promise) => !isBroken(promise))];
}

/** `1 connection proven, 2 broken.` */
function sumUp(promises: readonly ConnectionPromise[]): string {
  const standings = promises.map((promise) => planPromiseView(promise).standing);
  const count = (wanted: string): number => standings.filter((standing) => standing === wanted).length;
  const parts = [
    `${describeMany(promises.length, 'connection')}: ${count('proven')} proven with the promise kept`,
    ...(count('broken') > 0 ? [`${count('broken')} with the promise broken`] : []),
    ...(count('empty') > 0 ? [`${count('empty')} without a backup`] : []),
    ...(count('unpromised') > 0 ? [`${count('unpromised')} with nothing promised`] : []),
  ];
  return `${parts.join(', ')}.`;
}
