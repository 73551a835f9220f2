import { expect, it } from 'vitest';
import { noteRefusal } from '#app/http/audited.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const about = { role: null, from: '10.0.0.1', what: 'sign-in', object: null };

it('a flood of strangers does not hide what a known identity is refused', async () => {
  await using place = await openFileRepository();
  overrideEnvironment({ HOLDFAST_REPOSITORY: `file:${place.folder}` });
  try {
    const stranger = (n: number) => ({ kind: n % 2 ? 'nobody' : 'hook', id: null, name: `s${n}` }) as const;
    for (let n = 0; n < 65; n += 1) await noteRefusal({ ...about, who: stranger(n) }, 'token_wrong');
    const known = { kind: 'token', id: 'abc', name: 'ci' } as const;
    for (let n = 0; n < 61; n += 1) await noteRefusal({ ...about, who: known }, 'out_of_scope');
    await noteRefusal({ ...about, who: { ...known, id: 'def' } }, 'out_of_scope');

    const { entries } = await listAudit(place.repository, { limit: 200 });
    const of = (kind: string, id: string | null) =>
      entries.filter(({ who }) => (kind === 'strangers' ? who.kind !== 'token' : who.id === id)).length;
    expect([of('strangers', null), of('token', 'abc'), of('token', 'def')]).toEqual([60, 60, 1]);
  } finally {
    overrideEnvironment({});
  }
});
