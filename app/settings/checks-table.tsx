import { CircleCheck, CircleX } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import type { Check } from '#lib/report/check.ts';

/** What was looked at, what was found, and what to do where something is wrong. */
export function ChecksTable({ caption, checks }: { caption: string; checks: readonly Check[] }) {
  return (
    <DataTable
      caption={caption}
      columns={[
        { name: 'Check', show: ({ name }) => name },
        {
          name: 'Result',
          show: ({ passed }) => (
            <Badge tone={passed ? 'notice' : 'failed'} icon={passed ? CircleCheck : CircleX}>
              {passed ? 'fine' : 'wrong'}
            </Badge>
          ),
        },
        {
          name: 'Found',
          show: ({ detail, passed, hint }) => (
            <span className="wrap-anywhere">
              {detail}
              {!passed && hint !== '' && (
                <span className="mt-1 block text-quiet">
                  <CodeText text={hint} />
                </span>
              )}
            </span>
          ),
        },
      ]}
      rows={checks}
      keyOf={({ name, object, detail }) => `${name} ${object} ${detail}`}
    />
  );
}
