import { describeDuration } from '#lib/report/describe-amounts.ts';

/** How long something took, of milliseconds. */
export function Duration({ ms }: { ms: number }) {
  return (
    <time dateTime={`PT${(ms / 1000).toFixed(3)}S`} className="whitespace-nowrap">
      {describeDuration(ms)}
    </time>
  );
}
