import type { RetentionRules } from '#lib/config/retention.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

const periods = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** `the last 3, 7 daily, 4 weekly, all within 14d; days begin in UTC`. Pure. */
export function describeRules(rules: RetentionRules | null): string {
  if (rules === null) return 'every backup: no retention is configured';
  const parts = [
    ...(rules.keepLast > 0 ? [`the last ${rules.keepLast}`] : []),
    ...periods.flatMap((period) => (rules[period] > 0 ? [`${rules[period]} ${period}`] : [])),
    ...(rules.keepWithinMs > 0 ? [`all within ${describeDuration(rules.keepWithinMs)} of the newest`] : []),
  ];
  return `${parts.join(', ')}; days begin in ${rules.timezone}`;
}
