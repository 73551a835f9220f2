import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createDatabase, ensureTemplate, testCluster, withDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';

describe('the clusters of a test run', () => {
  it('are PostgreSQL 16 and 18', async () => {
    for (const [name, major] of [['source', 16] as const, ['target', 18] as const]) {
      const [row] = await runSql(
        testCluster(name).url,
        `select current_setting('server_version_num')::int / 10000 as major`,
      );
      expect(row).toEqual({ major: String(major) });
    }
  });

  it('clone a template once built, and drop the clone', async () => {
    let builds = 0;
    const build = async (url: string): Promise<void> => {
      builds++;
      await runSql(url, 'create table t as select 42 as answer');
    };
    const options = { cluster: 'source', name: 'support_cluster_test', build } as const;
    const templates = await Promise.all([ensureTemplate(options), ensureTemplate(options)]);
    expect(builds).toBe(1);
    expect(templates[0]).toBe(templates[1]);
    const clone = await createDatabase({ cluster: 'source', template: templates[0] });
    expect(await runSql(clone.url, 'select answer from t')).toEqual([{ answer: '42' }]);
    await clone.drop();
    await expect(runSql(clone.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  it('give a role no right but those granted', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(url, 'create table seen (); create table hidden ()');
      await using role = await createRole(url, { grants: ['grant select on seen to %I'] });
      await expect(runSql(role.url, 'select from seen')).resolves.toEqual([]);
      await expect(runSql(role.url, 'select from hidden')).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('end, and leave no file, when the process that started one is killed by SIGKILL', async () => {
    const program = `
      const { startCluster } = await import('#tests/support/postgres-cluster.ts');
      console.log(JSON.stringify(await startCluster({ major: 16 })));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const cluster = JSON.parse(String(line));
    expect(existsSync(cluster.dataDirectory)).toBe(true);
    child.kill('SIGKILL');
    const deadline = Date.now() + 60_000;
    while (existsSync(dirname(cluster.dataDirectory)) && Date.now() < deadline) await sleep(20);
    expect(existsSync(dirname(cluster.dataDirectory))).toBe(false);
    await expect(runSql(cluster.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
