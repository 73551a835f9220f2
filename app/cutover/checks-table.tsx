import { CircleCheck, CircleX, KeyRound } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import type { Check } from '#lib/report/check.ts';

interface ChecksTableProps {
  checks: readonly Check[];
  /** Nobody can say a word any more: a check that wanted one stood in the way. */
  isOver?: boolean;
}

/** What a preflight looked at; what stands in the way says what to do about it. */
export function ChecksTable({ checks, isOver = false }: ChecksTableProps) {
  const { problems, consent } = isOver
    ? { problems: checks.filter(({ passed }) => !passed), consent: [] }
    : splitConsent(checks);
  const resultOf = (check: Check): keyof typeof results =>
    problems.includes(check) ? 'bad' : consent.includes(check) ? 'asks' : 'fine';
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
          show: (check) => <Result is={resultOf(check)} />,
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
