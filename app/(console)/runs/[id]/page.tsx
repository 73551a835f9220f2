import type { Metadata } from 'next';
import { BackupLink } from '#app/backups/backup-link.tsx';
import { DifferencesCard } from '#app/differences/differences-card.tsx';
import { showPage } from '#app/frame/show-page.tsx';
import { placesFor } from '#app/http/places-for.ts';
import { tellError } from '#app/http/tell-error.ts';
import { ProofSummaryCard } from '#app/proof/proof-summary-card.tsx';
import { LeftSchemaCard } from '#app/recovery/left-schema-card.tsx';
import { cutoverFacts } from '#app/runs/cutover-facts.ts';
import { OutcomeCards } from '#app/runs/outcome-cards.tsx';
import { outcomeFacts } from '#app/runs/outcome-facts.tsx';
import { planTimeline } from '#app/runs/plan-timeline.ts';
import { ProgressCard } from '#app/runs/progress-card.tsx';
import { requireRun } from '#app/runs/require-run.ts';
import { RunActions } from '#app/runs/run-actions.tsx';
import { RunLine } from '#app/runs/run-line.tsx';
import { RunParts } from '#app/runs/run-parts.tsx';
import { StatusBadge } from '#app/runs/status-badge.tsx';
import { Timeline } from '#app/runs/timeline.tsx';
import { ToldTable } from '#app/runs/told-table.tsx';
import { WaitingPanel } from '#app/runs/waiting-panel.tsx';
import { Card } from '#app/ui/card.tsx';
import { Duration } from '#app/ui/duration.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import { may } from '#lib/access/may.ts';
import { findOfferedSchema } from '#lib/recovery/find-offered-schema.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { nameRun } from '#lib/run-view/name-run.ts';
import { readPulse } from '#lib/run-view/read-pulse.ts';
import { readRunView } from '#lib/run-view/read-run-view.ts';
import type { RunStatus } from '#lib/runs/run-record.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

interface RunPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  return { title: `Run ${(await params).id}` };
}

/** One run: where it is, what it did step by step, and what came of it. */
export default async function RunPage({ params }: RunPageProps) {
  const { id } = await params;
  return showPage({ action: 'read', path: `/runs/${id}` }, async (caller) => {
    const { config, repository } = await openWorkspace();
    await requireRun(repository, { id, identity: caller.identity });
    // Before the view: what changes in between shows as another shape, and the page is made anew.
    const pulse = await readPulse(repository, id);
    const view = await readRunView(repository, { runId: id, interrupted: new Set() });
    const { run, status, result, waiting, children, proof, differences, cutover } = view;
    const offered = await findOfferedSchema(repository, { run, result });
    const from = Date.parse(run.startedAt);
    const tell = placesFor(caller.identity);
    // What a backup is called is known before it is there.
    const isStored = run.kind !== 'backup' || status === 'completed';
    const to = result === null ? Date.now() : Date.parse(result.completedAt);
    return (
      <>
        <PageHeader
          title={describeRun(view)}
          status={<StatusBadge status={status} />}
          actions={<RunActions {...{ view, config }} identity={caller.identity} />}
        >
          <RunLine run={run} />
        </PageHeader>
        {result?.error && (
          <ErrorPanel
            error={tellError(nameRun(result.error, cutover?.knownAs ?? run.id), tell)}
            tone={toneOf(result.status)}
          />
        )}
        {waiting !== null && <WaitingPanel waiting={waiting} />}
        {result === null && <ProgressCard {...{ repository, run, pulse, waits: waiting !== null }} />}
        {proof !== null && <ProofSummaryCard runId={id} proof={proof} />}
        {differences !== null && (
          <DifferencesCard
            {...{ runId: id, differences }}
            isDropped={result !== null && offered === null}
            mayDiscard={result !== null && may(caller.identity.role, 'discard')}
          />
        )}
        {result !== null && differences === null && offered !== null && (
          <LeftSchemaCard {...{ result, plan: offered, mayDiscard: may(caller.identity.role, 'discard') }} />
        )}
        <div className={`grid items-start gap-4 ${cutover === null ? '' : 'lg:grid-cols-2'}`}>
          <Card title="Facts">
            <Facts
              facts={[
                ['started', <Time key="started" value={run.startedAt} exact />],
                ['ended', result && <Time key="ended" value={result.completedAt} exact />],
                ['took', result && <Duration key="took" ms={result.durationMs} />],
                ['exit code', result && String(result.exitCode)],
                [
                  'backup',
                  run.backup && (
                    <BackupLink key="backup" connection={isStored ? run.connection : null} id={run.backup} />
                  ),
                ],
                ...(result === null ? [] : outcomeFacts(result, view)),
                [
                  'event',
                  <code key="event" className="font-mono text-xs">
                    {run.eventId}
                  </code>,
                ],
                [
                  'engine run',
                  <code key="engine" className="font-mono text-xs">
                    {run.engineRunId}
                  </code>,
                ],
              ]}
            />
          </Card>
          {cutover !== null && (
            <Card title="Cut-over">
              <Facts facts={cutoverFacts(cutover)} />
            </Card>
          )}
        </div>
        {result !== null && <OutcomeCards result={result} tell={tell} backups={view.backups} />}
        {children.length > 0 && (
          <Card title="Parts" flush>
            <RunParts parts={children} />
          </Card>
        )}
        <Card title="Steps" flush>
          <Timeline
            steps={planTimeline(view.timeline, { from, to, isOpen: result === null, tell, atWork: view.atWork })}
          />
        </Card>
        {view.notified.length > 0 && (
          <Card title="Told" flush>
            <ToldTable notified={view.notified.map((one) => ({ ...one, detail: tell(one.detail) }))} />
          </Card>
        )}
      </>
    );
  });
}

function toneOf(status: RunStatus): 'failed' | 'caution' | 'neutral' {
  if (status === 'cancelled') return 'neutral';
  return status === 'refused' ? 'caution' : 'failed';
}
