import { describeTime } from '#lib/report/describe-amounts.ts';
import { describeAgo } from './describe-ago.ts';

/**
 * A moment: how long ago it was when the page was made, and exactly. `value` is ISO 8601. For server components only: the
 * browser's clock would say something else.
 */
export function Time({ value, exact = false }: { value: string; exact?: boolean }) {
  const ago = describeAgo(Date.parse(value), Date.now());
  const time = describeTime(value);
  return (
    <time dateTime={value} title={exact ? ago : time}>
      {exact ? (
        <>
          {time} <span className="text-quiet">({ago})</span>
        </>
      ) : (
        ago
      )}
    </time>
  );
}
