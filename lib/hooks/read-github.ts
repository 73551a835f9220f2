import { z } from 'zod';
import { type GitHubEvent, isGitHubEvent } from '#lib/config/hook-schema.ts';
import { late } from './check-signature.ts';
import { rememberedMs } from './delivery.ts';
import { type HookGit, toGit } from './hook-git.ts';
import { malformed } from './malformed-webhook.ts';
import type { WebhookFacts } from './read-webhook.ts';

/** Before its first delivery is forgotten, a webhook that comes again has to be late. */
const patienceMs = rememberedMs - 24 * 3_600_000;

/** A member that another event has. */
const absent = z.undefined().optional();
const text = z.string().min(1).max(500);
const optionalText = text.nullish().catch(null);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/i);
/** Of a push in seconds since 1970, else as ISO 8601. */
const time = z.union([
  z.number().transform((seconds) => seconds * 1_000),
  z.iso.datetime({ offset: true }).transform(Date.parse),
]);
const optionalTime = time.nullish();

/** What an event says, and when it was: the newest of the times that its sender has signed. */
interface GitHubFacts {
  sha?: string | null | undefined;
  ref?: string | null | undefined;
  target?: string | null | undefined;
  times: readonly (number | null | undefined)[];
}

/**
 * The shapes of the events, as "Webhook events and payloads" of docs.github.com has them: so much of each as tells it
 * from every other one. The name of an event is in a header that is not signed: a body must not pass for another event.
 */
const shapes: Readonly<Record<GitHubEvent, z.ZodType<GitHubFacts>>> = {
  push: z
    .object({
      ...{ ref: text, before: commit, after: commit, commits: z.array(z.unknown()) },
      repository: z.object({ pushed_at: time }),
    })
    .transform(({ ref, after, repository }) => ({ sha: after, ref: branchOf(ref), times: [repository.pushed_at] })),
  release: z
    .object({
      action: text,
      release: z.object({
        ...{ tag_name: text, created_at: optionalTime, published_at: optionalTime, updated_at: optionalTime },
      }),
    })
    .transform(({ release: { tag_name: ref, created_at, published_at, updated_at } }) => ({
      ...{ ref, times: [created_at, published_at, updated_at] },
    })),
  deployment: z
    .object({ action: z.literal('created'), deployment: deploymentSchema(), deployment_status: absent })
    .transform(({ deployment }) => ofDeployment(deployment)),
  deployment_status: z
    .object({
      action: z.literal('created'),
      deployment: deploymentSchema(),
      deployment_status: z.object({ created_at: time }),
    })
    .transform(({ deployment, deployment_status: { created_at } }) => ({
      ...ofDeployment(deployment),
      times: [created_at],
    })),
  workflow_run: z
    .object({
      action: text,
      workflow_run: z.object({ head_sha: commit, head_branch: optionalText, updated_at: time }),
      ...{ deployment: absent, since: absent },
    })
    .transform(({ workflow_run: { head_sha: sha, head_branch: ref, updated_at } }) => ({
      ...{ sha, ref, times: [updated_at] },
    })),
  pull_request: z
    .object({
      action: text,
      number: z.int(),
      pull_request: z.object({ head: z.object({ sha: commit, ref: text }), updated_at: time }),
      ...{ review: absent, comment: absent, thread: absent },
    })
    .transform(({ pull_request: { head, updated_at } }) => ({ sha: head.sha, ref: head.ref, times: [updated_at] })),
};

/**
 * What a webhook of GitHub is about. One of an event that is not among `events` tells its name alone.
 * @throws UsageError (`bad_webhook`) where it is not of that event's shape, RefusedError (`hook_late`).
 */
export function readGitHub(
  body: Readonly<Record<string, unknown>>,
  { event, events, now }: { event: string | null; events: readonly string[]; now: number },
): WebhookFacts {
  if (event === null || !events.includes(event) || !isGitHubEvent(event)) return { event, git: {}, target: null };
  const parsed = shapes[event].safeParse(body);
  if (!parsed.success) throw malformed(`is no ${event}: ${z.prettifyError(parsed.error)}`, parsed.error);
  const { sha, ref, target = null, times } = parsed.data;
  const at = Math.max(...times.map((one) => one ?? Number.NEGATIVE_INFINITY));
  if (at < now - patienceMs) throw late();
  const git: HookGit = toGit(sha, ref);
  return { event, git, target };
}

function deploymentSchema() {
  return z.object({
    sha: commit,
    ref: optionalText,
    environment: optionalText,
    created_at: time,
    updated_at: optionalTime,
  });
}

function ofDeployment({ sha, ref, environment, created_at, updated_at }: z.infer<ReturnType<typeof deploymentSchema>>) {
  return { sha, ref, target: environment, times: [created_at, updated_at] };
}

function branchOf(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
