import type { Check } from '#lib/report/check.ts';

/** Checks that pass as soon as a person gives the target's name once more: `confirm` of the event. */
const consents = new Set(['protection', 'confirmation', 'not the source']);

/**
 * Parts what stands in the way whatever a person says (`problems`) from what only wants a person's word (`consent`), of
 * checks that were made without one. Pure.
 */
export function splitConsent(checks: readonly Check[]): { problems: Check[]; consent: Check[] } {
  const failed = checks.filter(({ passed }) => !passed);
  return {
    problems: failed.filter(({ name }) => !consents.has(name)),
    consent: failed.filter(({ name }) => consents.has(name)),
  };
}
