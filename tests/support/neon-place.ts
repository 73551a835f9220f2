import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findConnection } from '#lib/config/find-connection.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { neonBranch } from '#lib/cutover/neon-branch/neon-branch.ts';
import { planNeonBranch } from '#lib/cutover/neon-branch/plan-neon-branch.ts';
import type { CutoverOf } from '#lib/cutover/strategy.ts';
import { locate, type Place } from '#lib/postgres/place.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { type NeonControlPlane, startNeonControlPlane } from './neon-control-plane/neon-control-plane.ts';
import { runSql } from './with-client.ts';

type NeonCutover = CutoverOf<NeonBranch>;

/** A live database `shop` with content `old` on a branch of a Neon project, and runs that are to replace it. */
export interface NeonPlace extends AsyncDisposable {
  plane: NeonControlPlane;
  workspace: Workspace;
  /** Another run's plan for the target, made from what Neon says now. */
  plan(): Promise<NeonCutover>;
  /** `prepare`, then content in the staging database, as a restore would leave it; `new` where none is named. */
  stage(cutover: NeonCutover, content?: string): Promise<NeonCutover>;
  cutOver(cutover: NeonCutover): Promise<NeonCutover>;
  rollBack(cutover: NeonCutover): Promise<NeonCutover>;
  discard(cutover: NeonCutover): Promise<void>;
  /** What the target serves through its own URL, or the database at a place. */
  content(place?: Place | null): Promise<string>;
  /** Names of the project's branches, sorted. */
  branches(): string[];
}

export async function openNeonPlace(options: Parameters<typeof startNeonControlPlane>[0] = {}): Promise<NeonPlace> {
  const plane = await startNeonControlPlane(options);
  const url = plane.urlOf('shop');
  await write(url, 'old');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-neon-'));
  const location = `file:${join(folder, 'repository')}`;
  const workspace: Workspace = {
    config: resolveConfig(
      { retryDelay: '20ms' },
      { ...plane.environment, NEON_DATABASE_URL: url, HOLDFAST_REPOSITORY: location },
    ),
    repository: await openRepository({ location, access: 'write' }),
  };
  const target = findConnection(workspace.config, 'neon');
  return {
    plane,
    workspace,
    async plan() {
      const runId = deriveRunId(Date.now(), randomBytes(8).toString('hex'));
      const plan = await planNeonBranch({ config: workspace.config, target, runId, forced: false });
      if (plan.details === undefined) throw new Error(plan.because);
      return {
        ...{ run: runId, target: 'neon', because: plan.because, state: 'planned', details: plan.details, notes: [] },
        ...{ staging: null, putAside: null, cutOverAt: null, interruptionMs: null, cutOverLsn: null },
      };
    },
    async stage(cutover, content = 'new') {
      const { details, staging } = await neonBranch.prepare(workspace, cutover);
      await write(locate(target, staging).url, content);
      return { ...cutover, details, staging, state: 'staged' };
    },
    async cutOver(cutover) {
      const { lsn, ...facts } = await neonBranch.cutOver(workspace, cutover);
      return { ...cutover, ...facts, cutOverLsn: lsn, state: 'live' };
    },
    async rollBack(cutover) {
      const { lsn: _lsn, ...facts } = await neonBranch.rollBack(workspace, cutover);
      return { ...cutover, ...facts, state: 'rolled-back' };
    },
    discard: (cutover) => neonBranch.discard(workspace, cutover),
    async content(place = { database: null, host: null }) {
      if (place === null) throw new Error('there is no such place');
      const rows = await runSql(locate(target, place).url, 'select word from content');
      return rows.map(({ word }) => word).join(' ');
    },
    branches: () =>
      plane
        .branches()
        .map(({ name }) => name)
        .sort(),
    async [Symbol.asyncDispose]() {
      await plane[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function write(url: string, content: string): Promise<void> {
  await runSql(url, `create table content (word text); insert into content values ('${content}')`);
}
