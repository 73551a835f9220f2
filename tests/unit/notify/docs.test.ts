import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { buildRegistry } from '#lib/metrics/build-registry.ts';
import { noticeSchema } from '#lib/notify/notice.ts';

const text = await readFile(join(import.meta.dirname, '..', '..', '..', 'docs', 'operations.md'), 'utf8');
const section = (name: string): string => new RegExp(`^## ${name}$([\\s\\S]*?)^## `, 'm').exec(text)?.[1] ?? '';
const block = (name: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section(name))?.[1] ?? '';

it('the config of "Alarms" is one', async () => {
  const written = block('Alarms', 'ts').replace(/^import .*$/m, 'const defineConfig = (config) => config;');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-docs-'));
  const file = join(folder, 'holdfast.config.mjs');
  await writeFile(file, written);
  const { default: config } = await import(pathToFileURL(file).href);
  await rm(folder, { recursive: true });
  const { alarms } = resolveConfig(config, {
    SLACK_WEBHOOK_URL: 'https://slack.test/x',
    HEALTHCHECKS_URL: 'https://hc.test/y',
  });
  expect(alarms).toMatchObject({
    publicUrl: 'https://holdfast.example.com',
    ping: { value: 'https://hc.test/y', from: 'HEALTHCHECKS_URL' },
    channels: [
      { name: 'slack', url: { value: 'https://slack.test/x' }, on: ['failure', 'overdue', 'recovered'] },
      { name: 'discord', url: { value: null, from: 'DISCORD_WEBHOOK_URL' }, connections: ['production'] },
      { name: 'webhook', on: ['failure', 'success'] },
      { name: 'email', port: 587, tls: 'starttls' },
    ],
  });
});

it('the body of a webhook in "Alarms" is one', () => {
  const body = z.strictObject({ type: z.string(), timestamp: z.iso.datetime(), data: noticeSchema.omit({ at: true }) });
  expect(body.parse(JSON.parse(block('Alarms', 'json')))).toMatchObject({ type: 'holdfast.failure' });
});

it('the metrics of "Metrics" are those that there are, and its rules ask for no other', async () => {
  const registry = buildRegistry({ version: '0', promises: [], runs: [] });
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name.replace('holdfast_', ''));
  const rows = [...section('Metrics').matchAll(/^\| (`[a-z].*?) +\| /gm)].map(([, cell = '']) => cell);
  const told = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  expect(told.toSorted()).toEqual(names.toSorted());
  const asked = [...section('Metrics').matchAll(/holdfast_([a-z_]+)/g)].map(([, name]) => name);
  expect(asked.filter((name) => name !== undefined && !names.includes(name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(6);
});
