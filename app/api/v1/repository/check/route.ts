import { answer } from '#app/http/answer.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { checkPgDump } from '#lib/doctor/check-pg-dump.ts';
import { checkRepository } from '#lib/doctor/check-repository.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds. */
export const maxDuration = 60;

/**
 * Looks at the repository as `holdfast doctor` does, for which a small object is written, read, listed and deleted:
 * `{ passed, checks: [{ name, object, passed, detail, hint }] }`. Who may see the settings sees where it is.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'settings', tellsPlaces: true }, async () => {
    const config = await loadConfig();
    const checks = [...(await checkRepository(config)), await checkPgDump(readEnvironment())];
    return { passed: checks.every(({ passed }) => passed), checks };
  });
}
