import type { Metadata } from 'next';
import { CheckButton } from '#app/settings/check-button.tsx';
import { showSettings } from '#app/settings/settings-page.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { describeDuration } from '#lib/report/describe-amounts.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Repository' };

/** Where everything is stored, and whether that place does what a repository needs. */
export default function RepositoryPage() {
  return showSettings('/settings/repository', {
    about: 'Where everything is kept that Holdfast stores.',
    render: async () => {
      const { config, repository } = await openWorkspace();
      const { location, codec, keys } = repository;
      return (
        <Card title="Repository">
          <div className="grid grid-cols-1 gap-3">
            <Facts
              facts={[
                [
                  'place',
                  <span key="place" className="font-mono text-xs break-all">
                    {location}
                  </span>,
                ],
                ['format', `1, ${codec}`],
                ['encryption', keys === null ? 'none: what is stored lies in clear' : keys.describe()],
                ['grace time of chunks', describeDuration(config.sweepGraceMs)],
                ['records of runs kept', describeDuration(config.keepRunsMs)],
                ['put aside by a cut-over', `kept for ${describeDuration(config.keepPreviousMs)}`],
              ]}
            />
            <p className="text-sm text-quiet">
              A look writes one small object, reads, lists and deletes it, and asks a bucket what it can do.
            </p>
            <CheckButton address="/api/v1/repository/check" about="the repository" label="Look at it now" />
          </div>
        </Card>
      );
    },
  });
}
