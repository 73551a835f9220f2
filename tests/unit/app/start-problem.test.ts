import { expect, it } from 'vitest';
import { cutoverFields } from '#app/cutover/cutover-choice.ts';
import { openStartProblem, sealStartProblem } from '#app/cutover/start-problem.ts';

const secret = 'a secret of this server, long enough';
const problem = { name: 'RefusedError', code: 'target_busy', message: 'live is busy.', hint: 'See `holdfast runs`.' };

it('comes back from an address as it was', async () => {
  const sealed = await sealStartProblem(problem, secret);
  expect(cutoverFields.problem.parse(sealed)).toBe(sealed);
  expect(await openStartProblem(sealed, secret)).toEqual(problem);
});

it('fits into an address however long a message is', async () => {
  const sealed = await sealStartProblem({ ...problem, message: 'ä'.repeat(9_000), hint: '’'.repeat(9_000) }, secret);
  expect(cutoverFields.problem.parse(sealed)).toBe(sealed);
  expect(await openStartProblem(sealed, secret)).toMatchObject({ message: 'ä'.repeat(600), code: 'target_busy' });
});

it('is nothing where somebody else has written the address', async () => {
  const foreign = await sealStartProblem(
    { ...problem, message: 'Call 555-1234.' },
    'a secret of another server, as long',
  );
  for (const written of [foreign, 'wrong_confirmation', '<b>Call 555-1234</b>', JSON.stringify(problem)]) {
    expect(await openStartProblem(written, secret)).toBeUndefined();
  }
});
