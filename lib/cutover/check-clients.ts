import type { Check } from '#lib/report/check.ts';
import type { StrategyName } from './cutover.ts';
import type { TargetFacts } from './read-target-facts.ts';

/** Who works in the target. Not a refusal: a cut-over ends them, and that is its purpose. */
export function checkClients({ server, clients }: TargetFacts, strategy: StrategyName): Check {
  const total = clients.reduce((sum, { count }) => sum + count, 0);
  const groups = clients.map(
    ({ application, role, count, mayEnd }) =>
      `${count} of ${application === '' ? `role ${role}` : application}${mayEnd ? '' : ` (role ${role}: ${server.role} may not end them)`}`,
  );
  const fate = strategy === 'in-place' ? '' : ' will be disconnected by the cut-over';
  return {
    name: 'live connections',
    object: `database ${server.database}`,
    passed: true,
    detail: total === 0 ? 'none' : `${total}${fate}: ${groups.join(', ')}`,
    hint: '',
  };
}
