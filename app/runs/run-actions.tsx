import Link from 'next/link';
import { mayDrill } from '#app/drill/may-drill.ts';
import { buttonClass } from '#app/ui/button.tsx';
import { type Identity, isInScope } from '#lib/access/identity.ts';
import { type Action, may } from '#lib/access/may.ts';
import type { Config } from '#lib/config/config.ts';
import { describeKept } from '#lib/cutover/require-discardable.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import { canComeBack } from '#lib/run-view/can-come-back.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import type { RunView } from '#lib/run-view/read-run-view.ts';
import { AgainAction } from './again-action.tsx';
import { planAgain } from './plan-again.ts';
import { RunAction } from './run-action.tsx';

interface RunActionsProps {
  view: RunView;
  identity: Identity;
  config: Pick<Config, 'care'>;
}

/** What can be done with a run as it stands, by who looks at it. Only the run that a person has started is acted on. */
export function RunActions({ view, identity, config }: RunActionsProps) {
  const { run, result, waiting, cutover } = view;
  if (run.parent !== null) return null;
  const mayDo = (action: Action): boolean =>
    may(identity.role, action) && isInScope(identity, [run.connection, run.target]);
  const isLive = cutover?.state === 'live';
  const kept = cutover?.kept ?? null;
  const again = planAgain(view);
  const mayAgain =
    again?.action === 'drill' && run.connection !== null
      ? mayDrill(identity, config, { connection: run.connection, to: run.target ?? undefined })
      : again !== null && mayDo(again.action);
  return (
    <>
      {again !== null && mayAgain && <AgainAction again={again} what={describeRun({ run })} />}
      {waiting !== null && mayDo('approve') && (
        <RunAction
          {...{ runId: run.id, action: 'approve', trigger: 'Approve', confirm: 'Approve', done: 'Approved' }}
          title="Let it go live?"
        >
          Approves {waiting.what}. Without an approval until {describeTime(waiting.until)} the copy is discarded.
        </RunAction>
      )}
      {result === null && !isLive && mayDo('cancel') && (
        <RunAction
          {...{ runId: run.id, action: 'cancel', trigger: 'Cancel the run', confirm: 'Cancel the run', tone: 'danger' }}
          title="Cancel this run?"
          done="The run is being cancelled"
        >
          {describeRun({ run })} ends at its next step and takes back what it has done: its copy is dropped, its
          snapshot and its fence are let go. What is live stays live.
        </RunAction>
      )}
      {result !== null && cutover !== null && isLive && canComeBack(cutover) && mayDo('rollback') && (
        <Link href={`/runs/${cutover.knownAs}/rollback`} className={buttonClass()}>
          Roll back…
        </Link>
      )}
      {result !== null && cutover !== null && kept !== null && mayDo('discard') && (
        <RunAction
          {...{ runId: cutover.knownAs, action: 'discard', trigger: 'Discard…', confirm: 'Drop it', tone: 'danger' }}
          title="Drop what is kept?"
          done="It is being dropped"
          typed={cutover.target}
        >
          Drops {describePlace(kept.place)}: {describeKept(cutover)}. {cutover.target} serves what it serves; nothing
          comes back from this run any more.
        </RunAction>
      )}
    </>
  );
}
