import type { Metadata } from 'next';
import Link from 'next/link';
import { showPage } from '#app/frame/show-page.tsx';
import { placesFor } from '#app/http/places-for.ts';
import { filterStatuses, parseRunFilter } from '#app/runs/parse-run-filter.ts';
import { RunsTable } from '#app/runs/runs-table.tsx';
import { AutoRefresh } from '#app/ui/auto-refresh.tsx';
import { Button, buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { isInScope } from '#lib/access/identity.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { runKinds } from '#lib/runs/run-record.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Runs' };

const pageSize = 50;
const refreshMs = 5_000;

interface RunsPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The runs of the repository, of which the newest page keeps itself up to date. */
export default function RunsPage({ searchParams }: RunsPageProps) {
  return showPage({ action: 'read', path: '/runs' }, async ({ identity }) => {
    const filter = parseRunFilter(await searchParams);
    const { config, repository } = await openWorkspace();
    const { runs, next } = await listRunSummaries(repository, {
      ...{ ...filter, limit: pageSize },
      isVisible: (run) => isRunInScope(identity, run),
      onlyReadable: identity.scope !== null,
    });
    const { before, ...kept } = filter;
    const older = new URLSearchParams(Object.entries({ ...kept, before: next ?? undefined }).flatMap(toPair));
    return (
      <>
        {before === undefined && <AutoRefresh everyMs={refreshMs} />}
        <PageHeader title="Runs">Everything Holdfast does, newest first.</PageHeader>
        <form method="get" className="flex flex-wrap items-end gap-3" aria-label="Narrow the list">
          <SelectField label="Kind" name="kind" options={runKinds} any="every kind" chosen={filter.kind} />
          <SelectField
            {...{ label: 'Connection', name: 'connection', any: 'every connection' }}
            options={[...config.connections.keys()].filter((name) => isInScope(identity, [name]))}
            chosen={filter.connection}
          />
          <SelectField
            label="Status"
            name="status"
            options={filterStatuses}
            any="every status"
            chosen={filter.status}
          />
          <Button type="submit">Show</Button>
        </form>
        <Card title="Runs" flush>
          <RunsTable runs={runs} tell={placesFor(identity)} />
        </Card>
        <nav aria-label="Pages" className="flex gap-2">
          {before !== undefined && (
            <Link href="/runs" className={buttonClass()}>
              Newest
            </Link>
          )}
          {next !== null && (
            <Link href={`/runs?${older}`} className={buttonClass()}>
              Older
            </Link>
          )}
        </nav>
      </>
    );
  });
}

function toPair([name, value]: [string, string | undefined]): [string, string][] {
  return value === undefined || value === '' ? [] : [[name, value]];
}
