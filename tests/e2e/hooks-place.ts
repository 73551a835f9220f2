import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { gateSql } from '#tests/support/query-gate.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppPlace, openAppPlace } from './app-place.ts';

export const hookSecrets = {
  VERCEL_SECRET: 'secret-of-vercel',
  GITHUB_SECRET: "It's a Secret to Everybody",
  ANY_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

const ours = { start: 'backup', connection: 'source' };
const hooks = {
  deploy: { ...ours, label: 'by a hook', signature: 'vercel', secretFrom: 'VERCEL_SECRET', targets: ['production'] },
  push: { ...ours, signature: 'github', secretFrom: 'GITHUB_SECRET', refs: ['main'] },
  any: { ...ours, signature: 'hmac', secretFrom: 'ANY_SECRET' },
  check: { start: 'gate', connection: 'source' },
  both: { start: 'backup-and-gate', connection: 'source', gate: { maxAge: '1h' } },
  broken: { start: 'backup', connection: 'nowhere' },
  hasty: { start: 'backup', connection: 'gated', wait: '2s' },
  // A connection of its own: a move proves its backup, and the gate of `check` is to stay closed.
  move: { start: 'transfer', connection: 'studio', to: 'target', confirm: 'target' },
};

const answerSchema = z.looseObject({
  ...{ state: z.string(), run: z.string().nullable(), backup: z.string().nullable(), follow: z.string().nullable() },
  exitCode: z.number().nullable(),
});

/** What a hook answers. */
export type HookAnswer = z.infer<typeof answerSchema>;

interface Posted {
  status: number;
  headers: Headers;
  json: unknown;
}

/** A place whose app has one hook of each kind, every one but `any` with a token. */
export interface HooksPlace extends AppPlace {
  repository: Repository;
  tokenOf(hook: string): string;
  /** The path of a hook with its token. */
  withToken(hook: string, query?: string): string;
  /** Posts to a path below the hooks. */
  post(path: string, init?: RequestInit): Promise<Posted>;
  /** Posts to the hook `push` what GitHub would send, signed as it signs. */
  pushFromGitHub(body: string, about: { event: string; delivery: string }): Promise<Posted>;
  /** Waits as a pipeline does for what a hook has started; `follow` is what it answered with. */
  follow(follow: string | null): Promise<{ status: number; json: HookAnswer }>;
  countRuns(): Promise<number>;
  /** No file of the place holds a token or a secret, and no line of the log a token. */
  expectNoSecret(): Promise<void>;
}

export function readHookAnswer(json: unknown): HookAnswer {
  return answerSchema.parse(json);
}

export async function openHooksPlace(): Promise<HooksPlace> {
  await using opening = new AsyncDisposableStack();
  const place = opening.use(
    await openAppPlace({
      config: {
        connections: {
          ...{ source: {}, studio: {}, nowhere: {}, target: {} },
          gated: { criticalQueries: [{ name: 'gate', sql: gateSql }] },
        },
        ...{ hooks, retryDelay: '10ms' },
      },
      databases: {
        source: {
          cluster: 'source',
          connections: ['source', 'gated', 'studio'],
          fill: (url) => runSql(url, 'create table players as select n as id from generate_series(1, 500) n'),
        },
        target: { cluster: 'target' },
      },
      environment: (urlOf) => ({
        HOLDFAST_DATABASE_NOWHERE_URL: `${urlOf('source')}-which-is-not`,
        ...hookSecrets,
      }),
    }),
  );
  const repository = await place.openRepository();
  const tokens = new Map<string, string>();
  for (const name of Object.keys(hooks).filter((one) => one !== 'any')) {
    tokens.set(name, (await createHookToken(repository, name, { by: 'test' })).text);
  }
  const { app, folder } = place;
  const tokenOf = (hook: string): string => {
    const token = tokens.get(hook);
    if (token === undefined) throw new Error(`the hook ${hook} has no token`);
    return token;
  };
  const post = async (path: string, init: RequestInit = {}): Promise<Posted> => {
    const answer = await fetch(`${app.url}/api/hooks/${path}`, { method: 'POST', ...init });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  };
  const opened = opening.move();
  return {
    ...place,
    repository,
    tokenOf,
    withToken: (hook, query = '') => `${hook}?token=${tokenOf(hook)}${query}`,
    post,
    pushFromGitHub: (body, { event, delivery }) =>
      post('push', {
        body,
        headers: {
          'x-github-event': event,
          'x-github-delivery': delivery,
          'x-hub-signature-256': `sha256=${createHmac('sha256', hookSecrets.GITHUB_SECRET).update(body).digest('hex')}`,
        },
      }),
    async follow(follow) {
      const answer = await fetch(`${app.url}${follow}&wait=1`);
      return { status: answer.status, json: readHookAnswer(await answer.json()) };
    },
    countRuns: async () => (await listRunIds(repository)).length,
    async expectNoSecret() {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const file of files.filter((one) => one.isFile())) {
        const text = await readFile(join(file.parentPath, file.name), 'utf8');
        for (const secret of [...tokens.values(), hookSecrets.VERCEL_SECRET]) expect(text).not.toContain(secret);
      }
      expect(app.log()).not.toMatch(/hfh_/);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
