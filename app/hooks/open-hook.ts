import { createHash, randomBytes } from 'node:crypto';
import { beforeIdentity } from '#app/access/before-identity.ts';
import { noteCameIn } from '#app/http/attempt-limits.ts';
import { noteRefusal } from '#app/http/audited.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { readBytes } from '#app/http/read-body.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { checkHookToken } from '#lib/hooks/check-hook-token.ts';
import { checkSignature } from '#lib/hooks/check-signature.ts';
import { checkFormPass } from '#lib/hooks/form-pass.ts';
import { type HookGit, toGit } from '#lib/hooks/hook-git.ts';
import { readWebhook, whyIgnored } from '#lib/hooks/read-webhook.ts';
import { requireSecret } from '#lib/notify/require-secret.ts';
import { findHookToken } from './find-hook-token.ts';

/** A hook that was opened by who may. */
export interface OpenedHook {
  hook: Hook;
  by: 'token' | 'form' | 'webhook';
  /** What tells this delivery from all others, hexadecimal. */
  delivery: string;
  address: string;
  git: HookGit;
  /** Why it starts nothing; `null`: it starts what the config names. */
  ignored: string | null;
}

const mostBytes = 1024 * 1024;

/**
 * The door of a hook: its token, the button of its page, or the signature of a webhook over the bytes of the body.
 * Refusals are in the audit log. @throws RefusedError (401), UsageError (400, 413), UnavailableError.
 */
export function openHook(request: Request, name: string): Promise<OpenedHook> {
  return beforeIdentity(async () => {
    const { access } = await loadConfig();
    const address = clientAddress(request.headers, access.trustedProxies);
    try {
      const opened = await findOpened(request, name);
      // Who follows what he has started is not kept out by what others try. A signed body may have been caught.
      if (opened.by !== 'webhook') noteCameIn(address, null);
      return { ...opened, address };
    } catch (cause) {
      if (cause instanceof RefusedError) await noteRefusedHook({ name, address, code: cause.code });
      throw cause;
    }
  });
}

/** Writes down that somebody was not let in by a hook. */
export function noteRefusedHook({
  name,
  address,
  code,
}: {
  name: string;
  address: string;
  code: string;
}): Promise<void> {
  const who = { kind: 'nobody', id: null, name: 'hook' } as const;
  return noteRefusal({ who, role: null, from: address, what: 'hook', object: name.slice(0, 100) }, code);
}

async function findOpened(request: Request, name: string): Promise<Omit<OpenedHook, 'address'>> {
  const hook = (await loadConfig()).hooks.get(name);
  const body = await readBytes(request, { maxBytes: mostBytes });
  const query = new URL(request.url).searchParams;
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
  const form = new URLSearchParams(isForm ? body.toString('utf8') : '');
  const token = bearerOf(request.headers) ?? query.get('token') ?? form.get('token');
  // With a token it is what the token opens: nobody gets in by another way with a wrong one.
  if (token !== null || hook?.webhook == null) {
    const record = hook && (await findHookToken(name));
    checkHookToken(record, token ?? '');
    if (hook === undefined || record === undefined) throw new Error('A token was right of no hook.');
    // What a pipeline says of the commit that it deploys.
    const opened = { hook, git: toGit(query.get('sha'), query.get('ref')), ignored: null };
    const pass = form.get('pass');
    if (pass === null) return { ...opened, by: 'token', delivery: deliveryOf(request.headers) };
    return { ...opened, by: 'form', delivery: checkFormPass(pass, { hook: name, key: record.hash }) };
  }
  return openByWebhook(hook, { headers: request.headers, body });
}

function openByWebhook(hook: Hook, request: { headers: Headers; body: Buffer }): Omit<OpenedHook, 'address'> {
  if (hook.webhook === null) throw new Error('The hook takes no webhook.');
  const { signature, secret } = hook.webhook;
  const delivery = checkSignature(request, { signature, secret: requireSecret(secret), from: secret.from });
  const facts = readWebhook(request, hook.webhook);
  return { hook, by: 'webhook', delivery, git: facts.git, ignored: whyIgnored(facts, hook.webhook) };
}

/** An `Idempotency-Key` names a delivery; without one each request is another. */
function deliveryOf(headers: Headers): string {
  const key = headers.get('idempotency-key');
  if (key === null || key === '') return randomBytes(16).toString('hex');
  return createHash('sha256').update(`key ${key}`).digest('hex');
}

function bearerOf(headers: Headers): string | null {
  return /^bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}
