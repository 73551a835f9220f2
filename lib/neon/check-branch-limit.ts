import prettyBytes from 'pretty-bytes';
import type { Config, Connection } from '#lib/config/config.ts';
import type { Check } from '#lib/report/check.ts';
import { openNeonApi } from './neon-api.ts';
import { readProject } from './read-project.ts';

/**
 * Whether a branch of the target's project may hold so much: beyond the limit every write fails. No check where the
 * target names no project, or there is no key to ask with. Reads only.
 * @throws RefusedError (key, no such project), UnavailableError.
 */
export async function checkBranchLimit(
  config: Pick<Config, 'neonApi' | 'retryDelayMs'>,
  { target, bytes }: { target: Connection; bytes: bigint },
): Promise<Check[]> {
  if (target.neon === null || config.neonApi.key === null) return [];
  const { project } = target.neon;
  const { branchLimitBytes } = await readProject(openNeonApi(config), project);
  const size = prettyBytes(bytes, { maximumFractionDigits: 1 });
  const check = { name: 'storage limit', object: `Neon project ${project}`, hint: '' };
  if (branchLimitBytes === null)
    return [{ ...check, passed: true, detail: `none for a branch; about ${size} to come` }];
  const limit = prettyBytes(branchLimitBytes, { maximumFractionDigits: 1 });
  return [
    {
      ...check,
      passed: bytes <= BigInt(branchLimitBytes),
      detail: `a branch may hold ${limit}; about ${size} are to come`,
      hint: 'Raise the limit (Neon Console: plan and project settings), or restore into another project.',
    },
  ];
}
