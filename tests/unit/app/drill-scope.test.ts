import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POST as drill } from '#app/api/v1/drills/route.ts';
import { POST as sendEvent } from '#app/api/v1/events/route.ts';
import { mayDrill } from '#app/drill/may-drill.ts';
import type { Identity } from '#lib/access/identity.ts';
import { createToken } from '#lib/access/token-store.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { makeManifest } from '#tests/unit/verify/make-manifest.ts';

let folder: string;
let repository: Repository;
const tokens = { drilled: '', both: '' };

/** `production` is drilled beside `place`, `other` on a server that is started for it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-drill-scope-'));
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  await writeManifest(repository, makeManifest([]));
  const create = async (connections: string[]) =>
    (await createToken(repository, { name: 'x', role: 'operator', expiresIn: null, connections }, { by: 'test' })).text;
  tokens.drilled = await create(['production', 'other']);
  tokens.both = await create(['production', 'place']);
  const config = join(folder, 'holdfast.config.ts');
  const connections = { production: { drill: { on: 'place' } }, place: {}, other: {} };
  await writeFile(config, `export default ${JSON.stringify({ connections })};\n`);
  overrideEnvironment({
    ...{ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location },
    HOLDFAST_DATABASE_OTHER_URL: 'postgres://nobody@127.0.0.1:1/other',
    // Nobody listens there: what is let through ends here.
    INNGEST_DEV: 'http://127.0.0.1:1',
  });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

async function post(route: typeof drill, who: keyof typeof tokens, body: object): Promise<[number, unknown]> {
  const headers = { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' };
  const answer = await route(new Request('http://localhost/', { method: 'POST', headers, body: JSON.stringify(body) }));
  const json: unknown = await answer.json();
  return [answer.status, typeof json === 'object' && json !== null ? Reflect.get(json, 'code') : undefined];
}

const refused = [403, 'out_of_scope'];
const letThrough = [503, 'event_not_sent'];

it.each([
  ['a request', (who: keyof typeof tokens, data: object) => post(drill, who, data)],
  [
    'an event',
    (who: keyof typeof tokens, data: object) => post(sendEvent, who, { name: 'holdfast/drill.requested', data }),
  ],
])('%s for a drill needs the right to the place that the config names', async (_what, ask) => {
  expect(await ask('drilled', { connection: 'production' })).toEqual(refused);
  const { entries } = await listAudit(repository, { limit: 1 });
  expect(entries).toMatchObject([{ what: 'drill', object: 'production, place', outcome: 'refused' }]);
  expect(await ask('both', { connection: 'production' })).toEqual(letThrough);
  // What is named goes before the config.
  expect(await ask('drilled', { connection: 'production', to: 'other' })).toEqual(letThrough);
  expect(await ask('both', { connection: 'production', to: 'other' })).toEqual(refused);
});

it('is offered to who may', async () => {
  const config = await loadConfig();
  const who = (scope: string[] | null, role: Identity['role'] = 'operator'): Identity => ({
    ...{ kind: 'token', id: 'x', name: 'x', role, scope },
  });
  const drilled = { connection: 'production' };
  expect(mayDrill(who(null), config, drilled)).toBe(true);
  expect(mayDrill(who(null, 'viewer'), config, drilled)).toBe(false);
  expect(mayDrill(who(['production', 'place']), config, drilled)).toBe(true);
  expect(mayDrill(who(['production']), config, drilled)).toBe(false);
  expect(mayDrill(who(['production', 'other']), config, { ...drilled, to: 'other' })).toBe(true);
  expect(mayDrill(who(['other']), config, { connection: 'other' })).toBe(true);
});
