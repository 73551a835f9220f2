import { CircleCheck, CircleX, KeyRound } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import type { Check } from '#lib/report/check.ts';

/** What a preflight looked at; what stands in the way says what to do about it. */
export function ChecksTable({ checks }: { checks: readonly Check[] }) {
  const { problems, consent } = splitConsent(checks);
  return (
    <DataTable
      caption="What was looked at"
      columns={[
        { name: 'Check', show: ({ name }) => name },
        { name: 'Object', show: ({ object }) => object },
        {
          name: 'Found',
          show: (check) => (
            <>
              {check.detail}
              {problems.includes(check) && check.hint !== '' && (
                <span className="block text-quiet">
                  <CodeText text={check.hint} />
                </span>
              )}
            </>
          ),
        },
        {
          name: 'Result',
          show: (check) => <Result is={problems.includes(check) ? 'bad' : consent.includes(check) ? 'asks' : 'fine'} />,
        },
      ]}
      rows={checks}
      keyOf={({ name, object }) => `${name} ${object}`}
    />
  );
}

const results = {
  fine: { tone: 'notice', icon: CircleCheck, word: 'fine' },
  asks: { tone: 'caution', icon: KeyRound, word: 'wants your word' },
  bad: { tone: 'failed', icon: CircleX, word: 'stands in the way' },
} as const;

function Result({ is }: { is: keyof typeof results }) {
  const { tone, icon, word } = results[is];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
