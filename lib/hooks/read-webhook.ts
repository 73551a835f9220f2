import { z } from 'zod';
import type { HookWebhook } from '#lib/config/resolve-hooks.ts';
import { late } from './check-signature.ts';
import { type HookGit, toGit } from './hook-git.ts';
import { malformed } from './malformed-webhook.ts';
import { readGitHub } from './read-github.ts';

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
  { signature, events, now = Date.now() }: Pick<HookWebhook, 'signature' | 'events'> & { now?: number },
): WebhookFacts {
  switch (signature) {
    case 'vercel':
      return readVercel(parse(body, vercelSchema), now);
    case 'github':
      return readGitHub(parse(body, json), {
        ...{ event: headers.get('x-github-event'), events: events ?? [], now },
      });
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
