import { z } from 'zod';
import type { HookSignature } from '#lib/config/hook-schema.ts';
import type { HookWebhook } from '#lib/config/resolve-hooks.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { late } from './check-signature.ts';

/** The commit and the branch or tag that a deployment or a push is about. */
export interface HookGit {
  sha?: string;
  ref?: string;
}

/** What a webhook is about, as far as it says so. */
export interface WebhookFacts {
  /** `deployment.created`, `push`; `null` where it names none. */
  event: string | null;
  git: HookGit;
  /** The environment that is deployed to. */
  target: string | null;
}

/** Vercel tries a delivery again for a day (vercel.com/docs/webhooks). */
const vercelPatienceMs = 24 * 3_600_000 + 300_000;
const clockDriftMs = 300_000;

const text = z.string().min(1).max(500);
const optionalText = text.nullish().catch(null);
const json = z.record(z.string(), z.unknown());

const vercelSchema = z.object({
  type: text,
  createdAt: z.number(),
  payload: z
    .object({
      target: optionalText,
      deployment: z.object({ meta: z.record(z.string(), z.unknown()).catch({}) }).catch({ meta: {} }),
    })
    .catch({ target: null, deployment: { meta: {} } }),
});

const githubSchema = z.object({
  ref: optionalText,
  after: optionalText,
  deployment: z.object({ sha: optionalText, ref: optionalText, environment: optionalText }).nullish().catch(null),
  release: z.object({ tag_name: optionalText, target_commitish: optionalText }).nullish().catch(null),
});

const hmacSchema = z.object({
  type: optionalText,
  data: z
    .object({
      target: optionalText,
      git: z.object({ sha: optionalText, ref: optionalText }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

/**
 * What a webhook whose signature is right is about. @throws UsageError (`bad_webhook`) where it is not of that sender's
 * shape, RefusedError (`hook_late`) where the sender has signed when it was made, and that is too long ago.
 */
export function readWebhook(
  { headers, body }: { headers: Headers; body: Buffer },
  { signature, now = Date.now() }: { signature: HookSignature; now?: number },
): WebhookFacts {
  switch (signature) {
    case 'vercel':
      return readVercel(parse(body, vercelSchema), now);
    case 'github':
      return readGitHub(parse(body, githubSchema), headers.get('x-github-event'));
    case 'hmac': {
      const { type, data } = parse(body, hmacSchema);
      return { event: type ?? null, git: toGit(data?.git?.sha, data?.git?.ref), target: data?.target ?? null };
    }
  }
}

/** Why a webhook starts nothing; `null`: it starts what the hook names. */
export function whyIgnored({ event, git, target }: WebhookFacts, hook: HookWebhook): string | null {
  if (hook.events !== null && !hook.events.includes(event ?? '')) {
    return `It is about ${event ?? 'no event'}, and the hook waits for ${hook.events.join(', ')}.`;
  }
  if (hook.refs !== null && !hook.refs.includes(git.ref ?? '')) {
    return `It is about ${git.ref ?? 'no branch'}, and the hook waits for ${hook.refs.join(', ')}.`;
  }
  if (hook.targets !== null && !hook.targets.includes(target ?? '')) {
    return `It is about ${target ?? 'no environment'}, and the hook waits for ${hook.targets.join(', ')}.`;
  }
  return null;
}

function readVercel({ type, createdAt, payload }: z.infer<typeof vercelSchema>, now: number): WebhookFacts {
  if (createdAt < now - vercelPatienceMs || createdAt > now + clockDriftMs) throw late();
  const { meta } = payload.deployment;
  // The meta of a deployment has the names of the host that the repository is on.
  const of = (field: string): string | null =>
    ['github', 'gitlab', 'bitbucket']
      .map((host) => text.safeParse(meta[`${host}${field}`]).data)
      .find((found) => found !== undefined) ?? null;
  return { event: type, git: toGit(of('CommitSha'), of('CommitRef')), target: payload.target ?? null };
}

function readGitHub(body: z.infer<typeof githubSchema>, event: string | null): WebhookFacts {
  const { deployment, release } = body;
  const ref = deployment?.ref ?? release?.tag_name ?? body.ref?.replace(/^refs\/(heads|tags)\//, '');
  return { event, git: toGit(deployment?.sha ?? body.after, ref), target: deployment?.environment ?? null };
}

function toGit(sha: string | null | undefined, ref: string | null | undefined): HookGit {
  const commit = sha?.toLowerCase() ?? '';
  return {
    // GitHub sends forty zeros for a branch that was deleted.
    ...(/^[0-9a-f]{4,64}$/.test(commit) && !/^0+$/.test(commit) ? { sha: commit } : {}),
    ...(ref !== null && ref !== undefined && ref.length <= 255 ? { ref } : {}),
  };
}

function parse<T>(body: Buffer, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw malformed('is not JSON', cause);
  }
  const parsed = schema.safeParse(json.safeParse(value).data);
  if (parsed.success) return parsed.data;
  throw malformed(`does not parse: ${z.prettifyError(parsed.error)}`, parsed.error);
}

function malformed(how: string, cause: unknown): UsageError {
  return new UsageError(`The webhook ${how}.`, {
    code: 'bad_webhook',
    hint: 'Have it sent as application/json; `signature` of the hook says whose webhook is expected.',
    cause,
  });
}
