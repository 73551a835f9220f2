import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { readStartProblem } from './start-problem.ts';

/** Why the last attempt to start it has begun nothing, in its own words; nothing where there was none. */
export async function StartProblemPanel({ sealed }: { sealed: string | undefined }) {
  const problem = await readStartProblem(sealed);
  return problem === undefined ? null : <ErrorPanel error={problem} tone="caution" />;
}
