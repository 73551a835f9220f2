import { describe, expect, it } from 'vitest';
import { parseBackupQuery, parseTablesQuery, queryText } from '#app/backups/parse-backup-filter.ts';
import { planCharts } from '#app/backups/plan-charts.ts';
import { fileOf } from '#app/backups/send-export.ts';
import { toBackupFilter } from '#app/backups/to-backup-filter.ts';
import { listConnections } from '#app/connections/list-connections.ts';
import { describeChannel } from '#app/settings/describe-channel.ts';
import { describeRules } from '#app/settings/describe-rules.ts';
import { planRetentionView } from '#app/settings/plan-retention-view.ts';
import type { Identity } from '#lib/access/identity.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';

describe('the search of backups', () => {
  it('takes days with their last one', () => {
    const filter = toBackupFilter(parseBackupQuery({ since: '2026-11-01', until: '2026-11-02', git: 'ABCD' }));
    expect(filter).toMatchObject({
      since: new Date('2026-11-01T00:00:00Z'),
      until: new Date('2026-11-03T00:00:00Z'),
      git: 'abcd',
    });
  });

  it('is narrowed by nothing that does not parse', () => {
    const query = {
      connection: '../x',
      git: 'xyz',
      since: '2026-13-01',
      standing: 'green',
      before: '../..',
      label: '',
    };
    expect(Object.values(parseBackupQuery({ ...query, until: ['a', 'b'] })).filter(Boolean)).toEqual([]);
    expect(parseTablesQuery({ order: 'drop', page: '-1' })).toEqual({ order: 'name', page: 1 });
  });

  it('is an address', () => {
    expect(queryText({ a: 'x y', b: undefined, c: '', page: 2 })).toBe('?a=x+y&page=2');
    expect(queryText({ a: undefined })).toBe('');
  });
});

describe('the charts', () => {
  it('have a point a backup, by its id', () => {
    const point = { takenAt: '2026-11-21T01:45:00Z', stored: 10, newStored: 2, durationMs: 900 };
    const { stored, added, took } = planCharts([{ backupId: 'a', ...point }]);
    expect(stored).toEqual([{ key: 'a', label: '2026-11-21 01:45', value: 10 }]);
    expect([added[0]?.value, took[0]?.value]).toEqual([2, 900]);
  });
});

describe('the file of an export', () => {
  const manifest = { id: '20261121T014500Z-x7k2qd', connection: 'production', codec: 'zstd' } as const;

  it('has a name that every header and disk takes', () => {
    expect(fileOf(manifest, { format: 'sql' }).file).toBe('production-20261121T014500Z-x7k2qd.sql.zst');
    expect(fileOf({ ...manifest, codec: 'gzip' }, { format: 'sql' }).type).toBe('application/gzip');
    const { file } = fileOf(manifest, { format: 'csv', table: 'public."a\r\nb";/é"' });
    expect(file).toBe('production-20261121T014500Z-x7k2qd-public._a__b_____.csv');
  });
});

const admin: Identity = { kind: 'token', id: '1', name: 'admin', role: 'admin', scope: null };

describe('connections as people see them', () => {
  const config = resolveConfig(
    { connections: { shop: { rpo: '24h', protected: true }, elsewhere: { urlFrom: 'NOT_HERE' } } },
    {
      DATABASE_URL: 'postgres://alice:hunter22@db:5432/app?password=hunter22',
      HOLDFAST_DATABASE_SHOP_URL: 'postgres://bob:secret99@db/shop',
    },
  );

  it('have no secret', () => {
    const shown = listConnections(config, admin);
    expect(shown.map(({ name, url }) => [name, url])).toEqual([
      ['elsewhere', null],
      ['production', 'postgres://alice:***@db:5432/app'],
      ['shop', 'postgres://bob:***@db/shop'],
    ]);
    expect(JSON.stringify(shown)).not.toMatch(/hunter22|secret99/);
  });

  it('are those of the scope', () => {
    expect(listConnections(config, { ...admin, scope: ['shop'] })).toMatchObject([{ name: 'shop', rpoMs: 86_400_000 }]);
  });
});

describe('a channel', () => {
  it('is named by where its secrets are kept', () => {
    const notify = [
      { kind: 'slack', urlFrom: 'SLACK_URL' },
      { kind: 'webhook', urlFrom: 'HOOK_URL', secretFrom: 'HOOK_SECRET' },
    ];
    const { alarms } = resolveConfig({ notify }, { SLACK_URL: 'https://hooks.slack.com/services/T0/B0/secret' });
    expect(alarms.channels.map(describeChannel)).toEqual([
      'SLACK_URL',
      'HOOK_URL, which is not set, signed with HOOK_SECRET, which is not set',
    ]);
  });
});

describe('the retention', () => {
  it('is told in words', () => {
    const { retention } = resolveConfig({ retention: { keepLast: 3, daily: 7, keepWithin: '2d' } }, {});
    expect(describeRules(retention.of('any'))).toBe(
      'the last 3, 7 daily, all within 2d of the newest; days begin in UTC',
    );
    expect(describeRules(null)).toContain('every backup: no retention');
  });

  it('shows first what would go', () => {
    const planned = (backupId: string, ...keptBy: string[]) => ({ connection: 'a', backupId, keptBy });
    const plan = [planned('4', 'newest'), planned('3'), planned('2', 'pinned'), planned('1')];
    const [view] = planRetentionView(plan, { shown: 3 });
    expect(view).toMatchObject({ connection: 'a', stay: 2, go: 2, more: 1 });
    expect(view?.backups.map(({ backupId }) => backupId)).toEqual(['3', '1', '4']);
  });
});
