import type { Metadata } from 'next';
import { CutoverOptions } from '#app/cutover/cutover-options.tsx';
import { listChoosable } from '#app/cutover/list-choosable.ts';
import { lookSafely } from '#app/cutover/look-safely.ts';
import { PreflightCard } from '#app/cutover/preflight-card.tsx';
import { StartCard } from '#app/cutover/start-card.tsx';
import { readStartProblem } from '#app/cutover/start-problem.ts';
import { StartProblemPanel } from '#app/cutover/start-problem-panel.tsx';
import { showPage } from '#app/frame/show-page.tsx';
import type { Caller } from '#app/http/identify.ts';
import { lookAtTransfer, type TransferBody } from '#app/transfer/start-transfer.ts';
import {
  parseTransferChoice,
  type TransferChoice,
  toTransferBody,
  transferAddress,
} from '#app/transfer/transfer-choice.ts';
import { Button } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { CheckField } from '#app/ui/check-field.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { StepList } from '#app/ui/step-list.tsx';
import { loadConfig } from '#lib/config/load-config.ts';

export const metadata: Metadata = { title: 'Transfer' };

interface TransferPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Leads to a transfer: from where to where and how, what that would meet, and the word for it. */
export default async function TransferPage({ searchParams }: TransferPageProps) {
  const choice = parseTransferChoice(await searchParams);
  const body = toTransferBody(choice);
  return showPage({ action: 'transfer', connections: 'later', path: transferAddress(choice) }, async (caller) => (
    <>
      <PageHeader title="Move a database">
        A backup, a restore elsewhere, the proof and the cut-over as one run. Where anything fails, both databases serve
        what they served.
      </PageHeader>
      <StepList
        label="Steps of a transfer"
        steps={[
          { title: 'From, to and options', href: transferAddress({ from: choice.from }) },
          { title: 'Preflight and start' },
        ]}
        current={body === undefined ? 0 : 1}
      />
      <StartProblemPanel sealed={choice.problem} />
      <FirstStep choice={choice} caller={caller} isChosen={body !== undefined} />
      {body !== undefined && <LastStep choice={choice} caller={caller} body={body} />}
    </>
  ));
}

interface StepProps {
  choice: TransferChoice;
  caller: Caller;
}

async function FirstStep({ choice, caller: { identity }, isChosen }: StepProps & { isChosen: boolean }) {
  const config = await loadConfig();
  const connections = listChoosable(config, identity);
  const any = 'choose a connection';
  return (
    <Card title="From, to and options">
      <form method="get" className="grid gap-3" aria-label="From, to and options">
        <div className="flex flex-wrap gap-3">
          <SelectField {...{ label: 'From', name: 'from', any, chosen: choice.from }} options={connections} />
          <SelectField {...{ label: 'To', name: 'to', any, chosen: choice.to }} options={connections} />
        </div>
        <CheckField
          name="fence"
          label="Make the source read-only"
          about="So that nothing is written to the old home any more; lifted where the transfer fails."
          checked={choice.fence === 'on'}
        />
        <CutoverOptions chosen={choice} proof={config.proof} canStayBeside={false} />
        <div>
          <Button type="submit" tone={isChosen ? 'plain' : 'primary'}>
            {isChosen ? 'Look again' : 'Look at both'}
          </Button>
        </div>
      </form>
    </Card>
  );
}

async function LastStep({ choice, caller, body }: StepProps & { body: TransferBody }) {
  const { found, error } = await lookSafely(caller, () => lookAtTransfer(caller, body));
  if (error !== null) return <ErrorPanel error={error} tone="caution" />;
  const { confirm: _name, key: _key, problem: sealed, ...values } = choice;
  const isWrongName = (await readStartProblem(sealed))?.code === 'wrong_confirmation';
  const { problems, consent } = found;
  return (
    <>
      <PreflightCard preview={found} />
      {problems.length === 0 && (
        <StartCard
          {...{ title: 'Start the transfer', action: '/transfer/start', values, consent, isWrongName }}
          target={body.to}
          button="Start the transfer"
        >
          Backs {body.from} up, restores it to {body.to}, proves the copy{' '}
          {body.requireApproval ? 'and waits for an approval before it goes live' : 'and lets it go live'}.
          {body.fence && ` From now on nothing can be written to ${body.from}.`}
        </StartCard>
      )}
    </>
  );
}
