import type { Metadata } from 'next';
import Link from 'next/link';
import { CutoverOptions } from '#app/cutover/cutover-options.tsx';
import { listChoosable } from '#app/cutover/list-choosable.ts';
import { lookSafely } from '#app/cutover/look-safely.ts';
import { PreflightCard } from '#app/cutover/preflight-card.tsx';
import { StartCard } from '#app/cutover/start-card.tsx';
import { readStartProblem } from '#app/cutover/start-problem.ts';
import { StartProblemPanel } from '#app/cutover/start-problem-panel.tsx';
import { showPage } from '#app/frame/show-page.tsx';
import type { Caller } from '#app/http/identify.ts';
import { ChosenBackup } from '#app/restore/chosen-backup.tsx';
import { findBackup } from '#app/restore/find-backup.ts';
import { FirstStep } from '#app/restore/first-step.tsx';
import { parseRestoreChoice, type RestoreChoice, restoreAddress, toRestoreBody } from '#app/restore/restore-choice.ts';
import { lookAtRestore, type RestoreBody } from '#app/restore/start-restore.ts';
import { Button, buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { HiddenFields } from '#app/ui/hidden-fields.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { StepList } from '#app/ui/step-list.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Restore' };

interface RestorePageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Leads to a restore: which backup, where to and how, what that would meet, and the word for it. */
export default async function RestorePage({ searchParams }: RestorePageProps) {
  const choice = parseRestoreChoice(await searchParams);
  const path = restoreAddress(choice);
  return showPage({ action: 'restore', connections: 'later', path }, async (caller) => (
    <>
      <PageHeader
        title="Restore a backup"
        actions={
          <>
            <Link href="/recover" className={buttonClass()}>
              Recover tables…
            </Link>
            <Link href="/transfer" className={buttonClass()}>
              Move a database…
            </Link>
          </>
        }
      >
        A copy is built and proven first; what is live stays live until then.
      </PageHeader>
      <StepList
        label="Steps of a restore"
        steps={[
          { title: 'Backup', href: restoreAddress({}) },
          { title: 'Target and options', href: restoreAddress({ ...choice, to: undefined, problem: undefined }) },
          { title: 'Preflight and start' },
        ]}
        current={choice.backup === undefined ? 0 : choice.to === undefined ? 1 : 2}
      />
      <StartProblemPanel sealed={choice.problem} />
      {choice.backup === undefined ? (
        <FirstStep
          identity={caller.identity}
          list={choice}
          listAddress={restoreAddress}
          choiceAddress={(backup) => restoreAddress({ ...backup, to: choice.to })}
        />
      ) : (
        <LaterSteps choice={{ ...choice, backup: choice.backup }} caller={caller} />
      )}
    </>
  ));
}

interface StepProps {
  choice: RestoreChoice;
  caller: Caller;
}

async function LaterSteps({ choice, caller }: StepProps & { choice: { backup: string } }) {
  const { repository } = await openWorkspace();
  const config = await loadConfig();
  const { identity } = caller;
  const found = await findBackup(repository, { backup: choice.backup, from: choice.from, identity });
  const body = toRestoreBody(choice);
  return (
    <>
      <ChosenBackup
        identity={identity}
        repository={repository}
        backup={found}
        another={restoreAddress({ to: choice.to })}
      />
      <Card title="Target and options">
        <form method="get" className="grid gap-3" aria-label="Target and options">
          <HiddenFields values={{ backup: found.backupId, from: found.connection }} />
          <div className="flex">
            <SelectField
              {...{ label: 'Restore into', name: 'to', any: 'choose a connection', chosen: choice.to }}
              options={listChoosable(config, identity)}
            />
          </div>
          <CutoverOptions chosen={choice} proof={config.proof} canStayBeside />
          <div>
            <Button type="submit" tone={body === undefined ? 'primary' : 'plain'}>
              {body === undefined ? 'Look at the target' : 'Look again'}
            </Button>
          </div>
        </form>
      </Card>
      {body !== undefined && <LastStep choice={choice} caller={caller} body={body} />}
    </>
  );
}

async function LastStep({ choice, caller, body }: StepProps & { body: RestoreBody }) {
  const { found, error } = await lookSafely(caller, () => lookAtRestore(caller, body));
  if (error !== null) return <ErrorPanel error={error} tone="caution" />;
  const { confirm: _name, key: _key, problem: sealed, connection: _of, before: _before, ...values } = choice;
  const isWrongName = (await readStartProblem(sealed))?.code === 'wrong_confirmation';
  const { problems, consent, replaces, backup } = found;
  return (
    <>
      <PreflightCard preview={found} />
      {problems.length === 0 && (
        <StartCard
          {...{ title: 'Start the restore', action: '/restore/start', consent, isWrongName }}
          values={{ ...values, backup: backup.backupId, from: backup.connection }}
          target={body.to}
          button="Start the restore"
        >
          Restores backup <code className="font-mono text-xs">{backup.backupId}</code> of {backup.connection} to{' '}
          {body.to} and proves the copy. {describeEnd({ ...body, replaces })}
        </StartCard>
      )}
    </>
  );
}

function describeEnd({
  cutover,
  requireApproval,
  to,
  replaces,
}: Pick<RestoreBody, 'cutover' | 'requireApproval' | 'to'> & { replaces: boolean }): string {
  if (cutover === false) return 'The proven copy stays beside the live database; nothing goes live.';
  const waits = requireApproval ? 'Then it waits for an approval. ' : '';
  return replaces
    ? `${waits}The proven copy takes the place of what ${to} serves now, which is kept and can be rolled back to.`
    : `${waits}${to} serves nothing now that would be replaced.`;
}
