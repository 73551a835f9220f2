import { z } from 'zod';
import type { NoticeEvent } from '#lib/config/channel.ts';
import type { ProofCheck } from '#lib/proof/proof.ts';
import { shortenText } from '#lib/report/shorten-text.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { damageSchema } from '#lib/verify/damage.ts';
import type { EndedRun } from './ended-run.ts';
import type { Notice } from './notice.ts';

/** What is known of a run besides how it ended; its result is missing where the repository is out of reach. */
export interface RunFacts {
  result: RunResult | undefined;
  /** The first check of its proof that failed. */
  failedCheck: ProofCheck | undefined;
}

const totals = z.object({ rows: z.string(), bytes: z.string(), newStored: z.string().nullable().default(null) });
const totalsSchema = z.union([
  z.object({ totals }).transform((outcome) => outcome.totals),
  z.object({ backup: z.object({ totals }) }).transform((outcome) => outcome.backup.totals),
]);
const check = z.object({ object: z.string(), passed: z.boolean(), detail: z.string() });
const checksSchema = z.union([
  z.object({ preflight: z.array(check) }).transform(({ preflight }) => preflight),
  z.object({ preflight: z.object({ checks: z.array(check) }) }).transform(({ preflight }) => preflight.checks),
]);
const damageFound = z.object({ damage: z.tuple([damageSchema]).rest(damageSchema) });

/** Puts together what is told of a run. Pure. */
export function planRunNotice(
  ended: EndedRun,
  facts: RunFacts,
  { event, publicUrl, now }: { event: NoticeEvent; publicUrl: string | null; now: Date },
): Notice {
  const { result } = facts;
  const amounts = totalsSchema.safeParse(result?.outcome).data;
  return {
    id: `${ended.run}.${event}`,
    event,
    at: result?.completedAt ?? now.toISOString(),
    title: describeRun(ended, event),
    message: result?.error?.message ?? ended.message,
    hint: result?.error?.hint ?? '',
    connection: ended.connection,
    target: ended.target,
    kind: ended.kind,
    run: ended.run,
    backup: ended.backup,
    status: ended.status,
    durationMs: result?.durationMs ?? null,
    rows: amounts?.rows ?? null,
    bytes: amounts?.bytes ?? null,
    newBytes: amounts?.newStored ?? null,
    check: findFailed(facts),
    link: publicUrl === null ? null : `${publicUrl}/runs/${ended.run}`,
  };
}

function describeRun({ kind, connection, target, status }: EndedRun, event: NoticeEvent): string {
  const of = connection === null ? '' : ` of ${connection}`;
  const into = target === null || target === connection ? '' : ` into ${target}`;
  const what = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}${of}${into}`;
  if (event === 'recovered') return `${what} works again`;
  if (event === 'success') return `${what} is done`;
  if (status === 'refused') return `${what} was refused`;
  if (status === 'proof-failed') return `${what} failed: the copy is not equal`;
  return status === 'cancelled' ? `${what} was given up` : `${what} failed`;
}

function findFailed({ result, failedCheck }: RunFacts): Notice['check'] {
  if (failedCheck) {
    const { name, object, expected, actual } = failedCheck;
    return { object: `${object} (${name})`, expected: shortenText(expected), actual: shortenText(actual) };
  }
  const refused = checksSchema.safeParse(result?.outcome).data?.find(({ passed }) => !passed);
  if (refused) return { object: refused.object, expected: '', actual: refused.detail };
  const [damage] = damageFound.safeParse(result?.outcome).data?.damage ?? [];
  return damage ? { object: damage.owners.join(', '), expected: '', actual: `${damage.key} ${damage.says}` } : null;
}
