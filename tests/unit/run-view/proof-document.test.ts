import { expect, it } from 'vitest';
import { nameBackup } from '#inngest/name-backup.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { writeProof } from '#lib/proof/proof-store.ts';
import { readProofDocument } from '#lib/run-view/proof-document.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';
import { makeManifest } from '#tests/unit/verify/make-manifest.ts';

const manifest = makeManifest([]);
const config = resolveConfig({}, {});

it('a run that reads a backup is recorded with the one that is meant, and its connection', async () => {
  await using place = await makeRunPlace();
  const workspace = { config, repository: place.repository };
  expect(await nameBackup(workspace, { backup: 'latest' })).toEqual({ backup: 'latest', connection: null });
  await writeManifest(place.repository, manifest);
  const named = { backup: manifest.id, connection: 'production' };
  for (const backup of ['latest', manifest.id, manifest.id.slice(0, 10)]) {
    expect(await nameBackup(workspace, { backup })).toEqual(named);
  }
  const unknown = { backup: '2020', from: 'staging' };
  expect(await nameBackup(workspace, unknown)).toEqual({ backup: '2020', connection: 'staging' });
});

it('a proof’s document tells of the backup that was found, where the record has only what was asked for', async () => {
  await using place = await makeRunPlace();
  const { repository } = place;
  await writeManifest(repository, manifest);
  const run = await place.open(1, { kind: 'restore', connection: null, target: 'staging', backup: 'latest' });
  await writeProof(repository, run.id, { passed: true, level: 'content', checks: [] });
  expect(await readProofDocument(repository, run.id)).toMatchObject({ run: { status: 'open' }, backup: null });
  await place.close({ ...run, connection: 'production', backup: manifest.id });
  expect(await readProofDocument(repository, run.id)).toMatchObject({
    run: { id: run.id, connection: 'production', status: 'completed' },
    backup: { id: manifest.id, connection: 'production' },
  });
});
