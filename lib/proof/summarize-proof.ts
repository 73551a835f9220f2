import { shortenText } from '#lib/report/shorten-text.ts';
import type { Proof, ProofCheck } from './proof.ts';

/** A proof as a step's result carries it: small, whatever the number of tables. */
export interface ProofSummary {
  passed: boolean;
  level: Proof['level'];
  checks: number;
  failed: number;
  /** The first failed checks, each as one line for people. */
  failures: string[];
}

const mostFailures = 20;

/** The proof as a step hands it on; the whole of it lies in the run’s folder. */
export function summarizeProof(proof: Proof): ProofSummary {
  const failed = proof.checks.filter(({ passed }) => !passed);
  return {
    passed: proof.passed,
    level: proof.level,
    checks: proof.checks.length,
    failed: failed.length,
    failures: failed.slice(0, mostFailures).map(describeCheck),
  };
}

/** `table public.players, rows: expected 10, found 9 (1 missing)`. */
export function describeCheck({ name, object, expected, actual, source }: ProofCheck): string {
  const difference = name === 'rows' && /^\d+$/.test(actual) ? BigInt(actual) - BigInt(expected) : 0n;
  const told = difference === 0n ? '' : difference < 0n ? ` (${-difference} missing)` : ` (${difference} too many)`;
  const answered = source === undefined ? '' : `; the source answered ${shortenText(source)}`;
  return `${object}, ${name}: expected ${shortenText(expected)}, found ${shortenText(actual)}${told}${answered}`;
}
