import { Card } from '#app/ui/card.tsx';
import type { DifferenceDetail } from './plan-differences-view.ts';

/** Of one table: why it was not compared row by row, keys of rows that differ, and the statements to bring them back. */
export function DifferenceDetails({ detail }: { detail: DifferenceDetail }) {
  const { table, reason, notes, key, samples, statements } = detail;
  return (
    <Card title={table}>
      <div className="grid gap-3 text-sm">
        {reason !== null && <p>Not compared row by row: {reason}.</p>}
        {notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
        {samples.length > 0 && (
          <dl className="grid gap-2">
            {samples.map(({ what, keys, more }) => (
              <div key={what}>
                <dt className="text-quiet">
                  {what}, by {key}
                </dt>
                <dd className="min-w-0 font-mono text-xs break-words">
                  {keys.join(' · ')}
                  {more !== null && <span className="font-sans text-quiet"> and {more} more</span>}
                </dd>
              </div>
            ))}
          </dl>
        )}
        {statements.map(({ what, sql }) => (
          <figure key={what} className="grid min-w-0 gap-1">
            <figcaption>{what}</figcaption>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys. */}
            <pre tabIndex={0} className="max-h-64 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs">
              {sql}
            </pre>
          </figure>
        ))}
      </div>
    </Card>
  );
}
