import type { Metadata } from 'next';
import { listChoosable } from '#app/cutover/list-choosable.ts';
import { lookSafely } from '#app/cutover/look-safely.ts';
import { StartCard } from '#app/cutover/start-card.tsx';
import { readStartProblem } from '#app/cutover/start-problem.ts';
import { StartProblemPanel } from '#app/cutover/start-problem-panel.tsx';
import { showPage } from '#app/frame/show-page.tsx';
import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { planTableList } from '#app/recovery/plan-table-list.ts';
import {
  parseRecoveryChoice,
  type RecoveryChoice,
  recoveryAddress,
  toRecoveryBody,
} from '#app/recovery/recovery-choice.ts';
import { RecoveryPreviewCard } from '#app/recovery/recovery-preview-card.tsx';
import { lookAtRecovery, type RecoveryBody } from '#app/recovery/start-recovery.ts';
import { TablePicker } from '#app/recovery/table-picker.tsx';
import { ChosenBackup } from '#app/restore/chosen-backup.tsx';
import { findBackup } from '#app/restore/find-backup.ts';
import { FirstStep } from '#app/restore/first-step.tsx';
import { Card } from '#app/ui/card.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { StepList } from '#app/ui/step-list.tsx';
import { loadConfig } from '#lib/config/load-config.ts';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { listTables } from '#lib/recovery/choice/choose-tables.ts';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Recover tables' };

interface RecoverPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Leads to a recovery of tables: which backup, which tables, where to, what that would meet, and the word for it. */
export default async function RecoverPage({ searchParams }: RecoverPageProps) {
  const choice = parseRecoveryChoice(await searchParams);
  const body = toRecoveryBody(choice);
  const path = recoveryAddress(choice);
  return showPage({ action: 'recover', connections: 'later', path }, async (caller) => (
    <>
      <PageHeader title="Recover tables">
        Tables of a backup go into a new schema beside the live ones, are proven, and compared with them row by row. No
        live table is changed.
      </PageHeader>
      <StepList
        label="Steps of a recovery"
        steps={[
          { title: 'Backup', href: recoveryAddress({}) },
          { title: 'Tables and target', href: recoveryAddress({ ...choice, step: 'choose', problem: undefined }) },
          { title: 'Preflight and start' },
        ]}
        current={choice.backup === undefined ? 0 : body === undefined ? 1 : 2}
      />
      <StartProblemPanel sealed={choice.problem} />
      {choice.backup === undefined ? (
        <FirstStep
          identity={caller.identity}
          list={choice}
          listAddress={recoveryAddress}
          choiceAddress={recoveryAddress}
        />
      ) : (
        <LaterSteps choice={{ ...choice, backup: choice.backup }} caller={caller} body={body} />
      )}
    </>
  ));
}

interface StepProps {
  choice: RecoveryChoice;
  caller: Caller;
}

async function LaterSteps(props: StepProps & { choice: { backup: string }; body: RecoveryBody | undefined }) {
  const { choice, caller, body } = props;
  const { repository } = await openWorkspace();
  const { identity } = caller;
  const backup = await findBackup(repository, { backup: choice.backup, from: choice.from, identity });
  await requireRightOf(caller, { action: 'recover', connections: [backup.connection] });
  return (
    <>
      <ChosenBackup identity={identity} repository={repository} backup={backup} another={recoveryAddress({})} />
      <MiddleStep choice={choice} caller={caller} backup={backup} />
      {body !== undefined && <LastStep choice={choice} caller={caller} body={body} />}
    </>
  );
}

async function MiddleStep({ choice, caller, backup }: StepProps & { backup: BackupKey }) {
  const { repository } = await openWorkspace();
  const manifest = await readManifest(repository, backup);
  const tables = listTables({ manifest, entries: await readSchemaEntries(repository, manifest) });
  return (
    <Card
      title="Tables and target"
      aside={<span className="text-sm text-quiet">{describeMany(tables.length, 'table')}</span>}
    >
      <TablePicker
        choice={choice}
        backup={backup}
        tables={planTableList(tables, { chosen: choice.tables, filter: choice.filter })}
        connections={listChoosable(await loadConfig(), caller.identity)}
        schema={`recovered_${backup.backupId.slice(0, 8)}`}
      />
    </Card>
  );
}

async function LastStep({ choice, caller, body }: StepProps & { body: RecoveryBody }) {
  const { found, error } = await lookSafely(caller, () => lookAtRecovery(caller, body));
  if (error !== null) return <ErrorPanel error={error} tone="caution" />;
  const { confirm: _name, key: _key, problem: sealed, connection: _of, before: _before, ...values } = choice;
  const isWrongName = (await readStartProblem(sealed))?.code === 'wrong_confirmation';
  const { problems, consent } = splitConsent(found.checks);
  return (
    <>
      <RecoveryPreviewCard preview={found} schema={body.schema} />
      {problems.length === 0 && (
        <StartCard
          {...{ title: 'Start the recovery', action: '/recover/start', consent, isWrongName }}
          values={{ ...values, backup: found.backup.backupId, from: found.backup.connection }}
          target={body.to}
          button="Start the recovery"
        >
          Makes the schema <code className="font-mono text-xs">{body.schema}</code> in {body.to} with{' '}
          {describeMany(found.tables.length, 'table')} of the backup, proves them, and tells how the live tables differ.
          The live tables stay as they are.
        </StartCard>
      )}
    </>
  );
}
