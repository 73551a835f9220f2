import { access, glob, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from '#lib/config/config-schema.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
const readme = await read('README.md');
const guides = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md'));
const documents = ['README.md', ...guides.map((file) => `docs/${file}`)];

/** The rows of the README's tables, as cells without their code quotes, by their first cell. */
const rows = new Map(
  [...readme.matchAll(/^\| (.*) \|$/gm)].map(([, line = '']) => {
    const cells = line.split(' | ').map((cell) => cell.trim());
    return [(cells[0] ?? '').replaceAll('`', ''), cells];
  }),
);

const fieldSchema = z.object({
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
const objectSchema = z.object({ properties: z.record(z.string(), fieldSchema) });

describe('the README', () => {
  it('has every field of the config, with its default', () => {
    const { properties } = objectSchema.parse(z.toJSONSchema(configSchema, { io: 'input' }));
    const { additionalProperties: connection } = z
      .object({ additionalProperties: objectSchema })
      .parse(z.toJSONSchema(configSchema.shape.connections, { io: 'input' }));
    const s3 = objectSchema.parse(z.toJSONSchema(configSchema.shape.s3, { io: 'input' }));
    const { connections, ...fields } = properties;
    expect(connections).toBeDefined();
    const all = [
      ...Object.entries(fields),
      ...Object.entries(s3.properties).map(([name, field]) => [`s3.${name}`, field] as const),
      ...Object.entries(connection.properties).map(([name, field]) => [`connections.NAME.${name}`, field] as const),
    ];
    expect(all.length).toBeGreaterThan(12);
    for (const [name, field] of all) {
      expect(rows.has(name), name).toBe(true);
      if (field.default === undefined) continue;
      const written = typeof field.default === 'string' ? field.default : JSON.stringify(field.default);
      expect(rows.get(name)?.[1], name).toBe(`\`${written}\``);
    }
  });

  it('shows each picture of docs/images, which is a PNG that a page can be read on', async () => {
    const shown = [...readme.matchAll(/^!\[[^\]]+\]\((docs\/images\/[\w-]+\.png)\)$/gm)].map(([, file = '']) => file);
    const files = await readdir(join(root, 'docs', 'images'));
    expect(shown.sort()).toEqual(files.map((file) => `docs/images/${file}`).sort());
    expect(shown).toEqual(['docs/images/readme-overview.png', 'docs/images/readme-proof.png']);
    for (const file of shown) {
      const bytes = await readFile(join(root, file));
      // The signature, then the length and the name of IHDR, the width and the height (PNG 3rd edition, 5.2 and 11.2.1).
      expect(bytes.subarray(0, 16).toString('latin1'), file).toBe('\x89PNG\r\n\x1a\n\0\0\0\rIHDR');
      expect(bytes.readUInt32BE(16), file).toBeGreaterThan(800);
      expect(bytes.readUInt32BE(20), file).toBeGreaterThan(400);
      expect(bytes.length, file).toBeGreaterThan(20_000);
    }
  });

  it('has every exit code', () => {
    for (const code of Object.values(exitCodes)) expect(rows.has(String(code)), String(code)).toBe(true);
  });

  it('has every variable of Holdfast that the code reads', async () => {
    const names = new Set<string>();
    for await (const file of glob('{app,cli,inngest,lib}/**/*.ts', { cwd: root })) {
      for (const [, name = ''] of (await read(file)).matchAll(/\[['"](HOLDFAST_[A-Z_]+|[A-Z_]*DATABASE_URL)['"]\]/g)) {
        names.add(name);
      }
    }
    expect(names).toContain('HOLDFAST_REPOSITORY');
    for (const name of names) expect(readme, name).toContain(`\`${name}\``);
  });
});

describe('the documents', () => {
  it('name only scripts and verbs that there are', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await read('package.json')));
    const verbs = (await readdir(join(root, 'cli', 'commands'))).map((file) => file.replace('.ts', ''));
    for (const document of documents) {
      const text = await read(document);
      for (const [, script = ''] of text.matchAll(/npm run ([a-z0-9:-]+)/g)) {
        expect(Object.keys(scripts), `${document}: npm run ${script}`).toContain(script);
      }
      for (const [, verb = ''] of text.matchAll(/(?:npx |`)holdfast ([a-z]+)/g)) {
        expect(verbs, `${document}: holdfast ${verb}`).toContain(verb);
      }
    }
  });

  it('link only to files that there are', async () => {
    for (const document of documents) {
      for (const [, target = ''] of (await read(document)).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        await expect(access(join(root, dirname(document), target)), `${document}: ${target}`).resolves.toBeUndefined();
      }
    }
  });
});
