import { BackupLink } from '#app/backups/backup-link.tsx';
import { ChecksTable } from '#app/cutover/checks-table.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import { describePrune } from '#lib/run-view/describe-prune.ts';
import { refusedOutcome, sweepOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { RunView } from '#lib/run-view/read-run-view.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { verifyOutcomeSchema } from '#lib/verify/conclude-verify.ts';
import { listLeftOut } from './list-left-out.ts';
import { RunLink } from './run-link.tsx';

const mostShown = 200;

interface OutcomeProps {
  result: RunResult;
  /** Puts a sentence as who looks at it may read it. */
  tell: (text: string) => string;
}

/** What came of a run that takes more than a line: what stood in its way, what it left out, found, or took away. */
export function OutcomeCards({ result, tell, backups }: OutcomeProps & Pick<RunView, 'backups'>) {
  const leftOut = listLeftOut(result);
  return (
    <>
      {result.status === 'refused' && <Refusal result={result} tell={tell} />}
      {leftOut.length > 0 && (
        <Card title="Left out" flush>
          <DataTable
            caption="What of the backup the target does not have, and why"
            columns={[
              { name: 'Object', show: ({ object }) => object },
              { name: 'Why', show: ({ reason }) => tell(reason) },
            ]}
            rows={leftOut.slice(0, mostShown)}
            keyOf={({ object, reason }) => `${object} ${reason}`}
          />
          <More than={leftOut.length} noun="other object" />
        </Card>
      )}
      {result.run.kind === 'verify' && <Damage result={result} tell={tell} />}
      {result.run.kind === 'sweep' && <Swept result={result} tell={tell} />}
      {result.run.kind === 'prune' && <Pruned result={result} tell={tell} backups={backups} />}
    </>
  );
}

function Refusal({ result, tell }: OutcomeProps) {
  const checks = refusedOutcome.safeParse(result.outcome).data ?? [];
  if (checks.length === 0) return null;
  const told = checks.map((check) => ({ ...check, detail: tell(check.detail), hint: tell(check.hint) }));
  return (
    <Card title="What was looked at before it began" flush>
      <ChecksTable checks={told} isOver />
    </Card>
  );
}

function Damage({ result, tell }: OutcomeProps) {
  const { damage = [], damaged = 0, quarantined } = verifyOutcomeSchema.safeParse(result.outcome).data ?? {};
  if (damage.length === 0) return null;
  return (
    <Card title="Damage" flush>
      <DataTable
        caption="Damaged objects of the backup"
        columns={[
          { name: 'Belongs to', show: ({ owners }) => owners.join(', ') },
          { name: 'Object', show: ({ key }) => <code className="font-mono text-xs break-all">{key}</code> },
          { name: 'Problem', show: ({ code }) => code.replaceAll('_', ' ') },
        ]}
        rows={damage}
        keyOf={({ key, code }) => `${key} ${code}`}
      />
      {damaged > damage.length && <p className="px-4 py-2 text-sm text-quiet">And {damaged - damage.length} more.</p>}
      <Sentences title="Stays where it is" sentences={(quarantined?.stays ?? []).map(tell)} />
    </Card>
  );
}

function Swept({ result, tell }: OutcomeProps) {
  const { actions = [], failures = [], left = [] } = sweepOutcome.safeParse(result.outcome).data ?? {};
  return (
    <Card title="Swept" flush>
      <DataTable
        caption="Runs whose leftovers were due"
        columns={[
          { name: 'Run', show: ({ run }) => <RunLink id={run} /> },
          { name: 'Done', show: ({ action }) => action },
          { name: 'Because', show: ({ because }) => tell(because) },
        ]}
        rows={actions.slice(0, mostShown)}
        keyOf={({ run, action }) => `${run} ${action}`}
        empty={<p className="px-4 py-3 text-sm text-quiet">Nothing was due.</p>}
      />
      <More than={actions.length} noun="other run" />
      <Sentences title="Failed" sentences={failures.map(tell)} />
      <Sentences title="Left to a person" sentences={left.map(tell)} />
    </Card>
  );
}

function Pruned({ result, tell, backups }: OutcomeProps & Pick<RunView, 'backups'>) {
  const outcome = pruneOutcomeSchema.safeParse(result.outcome).data;
  const plan = backups ?? [];
  const goneFirst = [...plan].sort((one, other) => Math.min(1, one.keptBy.length) - Math.min(1, other.keptBy.length));
  return (
    <Card title="Backups" flush>
      <DataTable
        caption="What the rules said of each backup, those that went first"
        columns={[
          { name: 'Backup', show: ({ connection, backupId }) => <BackupLink connection={connection} id={backupId} /> },
          { name: 'Of', show: ({ connection }) => connection },
          { name: 'Went', show: ({ keptBy }) => (keptBy.length === 0 ? 'goes' : 'stays') },
          { name: 'Kept by', show: ({ keptBy }) => (keptBy.length === 0 ? 'no rule' : keptBy.join(', ')) },
        ]}
        rows={goneFirst.slice(0, mostShown)}
        keyOf={({ connection, backupId }) => `${connection}/${backupId}`}
        empty={<p className="px-4 py-3 text-sm text-quiet">There was no backup.</p>}
      />
      <More than={plan.length} noun="other backup" />
      <Sentences title="Still there" sentences={outcome === undefined ? [] : describePrune(outcome).held.map(tell)} />
    </Card>
  );
}

function More({ than, noun }: { than: number; noun: string }) {
  if (than <= mostShown) return null;
  return <p className="px-4 py-2 text-sm text-quiet">And {describeMany(than - mostShown, noun)}.</p>;
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className="grid gap-1 border-t border-line px-4 py-3 text-sm">
      <h3 className="font-medium">{title}</h3>
      <ul className="grid gap-1 break-words text-quiet">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
