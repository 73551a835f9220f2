import Link from 'next/link';
import type { ReactNode } from 'react';
import { RunLink } from '#app/runs/run-link.tsx';
import { StartAction } from '#app/runs/start-action.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { BackUpButton } from './back-up-button.tsx';
import { MeasureBar } from './measure-bar.tsx';
import { planPromiseView } from './plan-promise-view.ts';
import { PromiseBadge } from './promise-badge.tsx';

interface ConnectionCardProps {
  promise: ConnectionPromise;
  /** Says what went wrong as who looks may know it. */
  tell: (text: string) => string;
  /** What who looks at it may start. */
  mayBackUp: boolean;
  mayDrill: boolean;
}

/** One connection: how it stands, what that rests on, what comes next, and the two things to do about it. */
export function ConnectionCard({ promise, tell, mayBackUp, mayDrill }: ConnectionCardProps) {
  const { connection, reasons, notes, lastBackup, lastVerified, lastProven, next, running, backups } = promise;
  const { standing, measures } = planPromiseView(promise);
  return (
    <Card title={connection} aside={<PromiseBadge standing={standing} />}>
      <div className="grid gap-3">
        {reasons.length > 0 && <Sentences className="text-failed" sentences={reasons.map(tell)} />}
        {measures.map((measure) => (
          <MeasureBar key={measure.name} measure={measure} />
        ))}
        <Facts
          facts={[
            [
              'last backup',
              lastBackup ? (
                <BackupTime key="backup" connection={connection} id={lastBackup.id} at={lastBackup.at} />
              ) : (
                'none yet'
              ),
            ],
            ['last verified', lastVerified ? <Look key="verified" look={lastVerified} /> : 'never'],
            ['last proven', lastProven ? <Look key="proven" look={lastProven} /> : 'never'],
            ['next', next.length > 0 ? <NextRuns key="next" next={next} /> : 'nothing is scheduled'],
            ['now', running.length > 0 ? <RunLinks key="now" ids={running.map(({ run }) => run)} /> : null],
          ]}
        />
        {notes.length > 0 && <Sentences className="text-quiet" sentences={notes.map(tell)} />}
        <div className="flex flex-wrap gap-2">
          {mayBackUp && <BackUpButton connection={connection} tone={backups === 0 ? 'primary' : 'plain'} />}
          {mayDrill && backups > 0 && (
            <StartAction
              {...{ address: '/api/v1/drills', body: { connection }, trigger: 'Drill now', confirm: 'Drill it' }}
              {...{ tone: 'plain', done: 'The drill has begun' }}
              title={`Drill the newest backup of ${connection}?`}
            >
              Restores the newest backup to staging, compares the copy row by row, and drops it. Nothing live is
              touched.
            </StartAction>
          )}
        </div>
      </div>
    </Card>
  );
}

function BackupTime({ connection, id, at }: { connection: string; id: string; at: string }) {
  return (
    <Link href={`/backups/${connection}/${id}`} className="underline">
      <Time value={at} />
    </Link>
  );
}

function Look({ look: { at, run } }: { look: { at: string; run: string } }) {
  return (
    <Link href={`/runs/${run}`} className="underline">
      <Time value={at} />
    </Link>
  );
}

function NextRuns({ next }: { next: ConnectionPromise['next'] }) {
  return next.map(
    ({ kind, at }, index): ReactNode => (
      <span key={kind}>
        {index > 0 && ', '}
        {kind} <Time value={at} />
      </span>
    ),
  );
}

function RunLinks({ ids }: { ids: string[] }) {
  return ids.map(
    (id, index): ReactNode => (
      <span key={id}>
        {index > 0 && ', '}
        <RunLink id={id} />
      </span>
    ),
  );
}

function Sentences({ sentences, className }: { sentences: readonly string[]; className: string }) {
  return (
    <ul className={`grid gap-0.5 text-sm break-words ${className}`}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
