import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Folders of lib from the bottom up: a folder imports only what stands before it. */
const order = [
  ...[
    'process',
    'errors',
    'config',
    'digest',
    'postgres',
    'catalog',
    'repository',
    'manifest',
    'schema',
    'rows',
    'pieces',
  ],
  ...[
    'queries',
    'runs',
    'report',
    'standing',
    'summaries',
    'access',
    'audit',
    'garbage',
    'scratch',
    'workspace',
    'neon',
    'backup',
    'restore',
    'proof',
    'recovery',
    'cutover',
  ],
  ...[
    'verify',
    'export',
    'drill',
    'promise',
    'hooks',
    'retention',
    'notify',
    'run-view',
    'backup-view',
    'metrics',
    'doctor',
  ],
];

const forbidden: [file: string, line: string, reason: RegExp][] = [
  ['lib/backup/probe.ts', `import { x } from '#inngest/client.ts';`, /lib is the engine/],
  ['lib/backup/probe.ts', `import { x } from '#app/page.tsx';`, /lib is the engine/],
  ['lib/backup/probe.ts', `import { x } from 'next/server';`, /lib is the engine/],
  ['lib/backup/probe.ts', `import pg from 'pg';`, /Only lib\/postgres and lib\/neon/],
  ['lib/backup/probe.ts', `import { neon } from '@neondatabase/serverless';`, /Only lib\/postgres and lib\/neon/],
  ['lib/postgres/probe.ts', `import { S3Client } from '@aws-sdk/client-s3';`, /Only lib\/repository/],
  ['lib/repository/probe.ts', `import pg from 'pg';`, /Only lib\/postgres and lib\/neon/],
  ['lib/backup/probe.ts', `import { x } from '#tests/support/with-client.ts';`, /does not import its tests/],
  ['lib/backup/probe.ts', `import { x } from '../restore/ledger.ts';`, /Name another folder by its # path/],
  ['lib/backup/probe.ts', 'export const x = process.env;', /noProcessEnv/],
  ['app/probe.ts', `import { x } from '#inngest/functions.ts';`, /only app\/api\/inngest serves/],
  ['app/probe.ts', `import { x } from '#cli/main.ts';`, /two faces of one engine/],
  ['app/api/inngest/probe.ts', `import { x } from '#inngest/backup/backup.ts';`, /serves the registry/],
  ['cli/probe.ts', `import { x } from '#app/page.tsx';`, /two faces of one engine/],
  ['inngest/backup/probe.ts', `import { x } from '#inngest/restore/restore.ts';`, /step.invoke or an event/],
  ['inngest/backup/probe.ts', `import { x } from '#inngest/functions.ts';`, /step.invoke or an event/],
  ['inngest/probe.ts', `import { x } from '#cli/main.ts';`, /below its faces/],
];

const allowed: [file: string, line: string][] = [
  ['lib/postgres/probe.ts', `import pg from 'pg';`],
  ['lib/repository/probe.ts', `import { S3Client } from '@aws-sdk/client-s3';`],
  ['lib/config/probe.ts', 'export const x = process.env;'],
  ['app/api/inngest/probe.ts', `import { loadFunctions } from '#inngest/load-functions.ts';`],
  ['cli/probe.ts', `import { functions } from '#inngest/functions.ts';`],
];

/** Lints each line as a file of its own in an empty tree with the project's rules; answers what was said of each. */
function lintLines(lines: readonly (readonly [file: string, line: string, reason?: RegExp])[]): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'holdfast-layers-'));
  try {
    copyFileSync('biome.json', join(tree, 'biome.json'));
    for (const [index, [file, line]] of lines.entries()) {
      const path = join(tree, numbered(file, index));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${line}\n`);
    }
    const args = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(resolve('node_modules/.bin/biome'), args, { cwd: tree, encoding: 'utf8' });
    const told = stdout.split('\n');
    return lines.map(([file], index) => told.filter((text) => text.includes(numbered(file, index))).join('\n'));
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function numbered(file: string, index: number): string {
  return file.replace('probe', `probe-${index}`);
}

/** lib/digest/kernel.wasm.ts */
const generated = 1;

describe('the layer rules', () => {
  it('keep every folder from what is not below it, and say why', () => {
    const told = lintLines(forbidden);
    const silent = forbidden.filter(([, , reason], index) => !reason.test(told[index] ?? ''));
    expect(silent.map(([file, line]) => `${file}: ${line}`)).toEqual([]);
  });

  it('let the allowed imports through', () => {
    expect(lintLines(allowed).filter((text) => /noRestrictedImports|noProcessEnv/.test(text))).toEqual([]);
  });

  it('are held by a linter that really reads the files', () => {
    const lint = spawnSync('node_modules/.bin/biome', ['lint', 'lib', 'inngest', 'cli', 'app'], { encoding: 'utf8' });
    const checked = Number(/Checked (\d+) files/.exec(`${lint.stdout}${lint.stderr}`)?.[1] ?? 0);
    expect(checked).toBeGreaterThanOrEqual(sources('{lib,inngest,cli,app}').length - generated);
    expect(checked).toBeGreaterThan(150);
  });
});

describe('the folders of lib', () => {
  it('import downward only', () => {
    const upward = sources('lib').flatMap((file) => {
      const from = file.split('/')[1] ?? '';
      const imports = [...readFileSync(file, 'utf8').matchAll(/from '#lib\/([a-z-]+)\//g)].map(([, to]) => to ?? '');
      return imports.filter((to) => order.indexOf(to) > order.indexOf(from)).map((to) => `${file} -> ${to}`);
    });
    expect(upward).toEqual([]);
  });

  it('are all in the order', () => {
    const folders = new Set(sources('lib').map((file) => file.split('/')[1] ?? ''));
    expect([...folders].filter((folder) => !order.includes(folder))).toEqual([]);
  });
});

function sources(folders: string): string[] {
  return globSync(`${folders}/**/*.{ts,tsx}`).filter((file) => !file.startsWith('lib/digest/kernel'));
}
