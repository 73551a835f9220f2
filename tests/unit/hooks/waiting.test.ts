import { expect, it } from 'vitest';
import { waitForOutcome } from '#app/hooks/wait-for-outcome.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { claimDelivery } from '#lib/hooks/delivery-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

it('a wait that one request cannot hold goes on with the next', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const config = resolveConfig({ hooks: { deploy: { start: 'backup', connection: 'production' } } }, {});
  const hook = config.hooks.get('deploy');
  if (hook === undefined) throw new Error('There is no hook.');
  const { delivery } = await claimDelivery(repository, { hook: 'deploy', id: 'ab'.repeat(16) });
  const request = new Request('http://localhost/', { signal: AbortSignal.abort() });
  const answer = await waitForOutcome(request, { workspace: { config, repository }, hook, delivery });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe(`/api/hooks/deploy/outcome?ticket=${delivery.ticket}&wait=1`);
  expect(await answer.json()).toMatchObject({ state: 'open', run: null, exitCode: null });
});
