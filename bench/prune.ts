// Plans a prune of 10,000 backups and 1,000,000 chunks against a store that makes up its answers, and counts its requests.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { RetentionRules } from '#lib/config/retention.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { sealManifest } from '#lib/manifest/seal-manifest.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository } from '#lib/repository/repository.ts';
import { chunkKey, manifestKey } from '#lib/repository/repository-keys.ts';
import { findGarbage } from '#lib/retention/find-garbage.ts';
import { markChunks } from '#lib/retention/mark-chunks.ts';
import { planRetention } from '#lib/retention/plan-retention.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

const { values } = parseArgs({
  options: {
    backups: { type: 'string', default: '10000' },
    chunks: { type: 'string', default: '1000000' },
    /** Chunks that one manifest names. */
    named: { type: 'string', default: '300' },
  },
});
const [backups, chunks, named] = [Number(values.backups), Number(values.chunks), Number(values.named)];
const keysAPage = 1_000;
const now = new Date();
const hourMs = 3_600_000;

/** Every backup has chunks of its own, and the rest from those before it, as a table that grows has. */
const own = Math.floor((chunks * 0.9) / backups);
const nameOf = (number: number): string => createHash('sha256').update(String(number)).digest('hex');
const firstBytes = Uint8Array.from({ length: chunks }, (_, n) => Number.parseInt(nameOf(n).slice(0, 2), 16));
const starts = new Map<string, { from: number; to: number }>();
const requests = { list: 0, get: 0, bytes: 0 };

const ids = Array.from({ length: backups }, (_, n) =>
  createBackupId(new Date(now.getTime() - (backups - n) * hourMs), () => 0),
);
const backupKeys = ids.flatMap((backupId) => {
  const key = manifestKey({ connection: 'production', backupId });
  const check = key.replace('manifest.json', `checks/${backupId}-verify-passed.json`);
  return [check, key];
});
// The last tenth is garbage: of epochs that were given up, of removed backups.
// They lie in one flat buffer, in order: the memory that is measured is Holdfast's.
const chunkNames = sortNames();
const indexOf = new Map(ids.map((id, index) => [id, index]));

function manifestOf(key: string): Buffer {
  const id = key.split('/')[2] ?? '';
  const last = ((indexOf.get(id) ?? 0) + 1) * own;
  const names = Array.from({ length: named }, (_, n) => nameOf(Math.max(0, last - 1 - n)));
  const manifest: Manifest = { ...makeManifest([makeTable('events', names)]), id };
  return sealManifest(manifest, { key, keys: null });
}

function sortNames(): Buffer {
  const byFirst: string[][] = Array.from({ length: 256 }, () => []);
  const sorted = Buffer.alloc(chunks * 32);
  let at = 0;
  // One of 256 parts at a time, so that the strings of all names are never there at once.
  for (const [first, part] of byFirst.entries()) {
    const prefix = first.toString(16).padStart(2, '0');
    for (let n = 0; n < chunks; n++) if (firstBytes[n] === first) part.push(nameOf(n));
    for (const name of part.sort()) at += sorted.write(name, at, 'hex');
    starts.set(prefix, { from: at / 32 - part.length, to: at / 32 });
    part.length = 0;
  }
  return sorted;
}

async function* list(prefix: string) {
  const page = { size: 100, modified: new Date(now.getTime() - 100 * hourMs) };
  requests.list++;
  let listed = 0;
  if (prefix.startsWith('backups/')) {
    for (const key of backupKeys) {
      if (++listed % keysAPage === 0) requests.list++;
      yield { key, ...page };
    }
  }
  const part = starts.get(prefix.slice('chunks/'.length, -1));
  if (!prefix.startsWith('chunks/') || part === undefined) return;
  for (let at = part.from; at < part.to; at++) {
    if (++listed % keysAPage === 0) requests.list++;
    yield { key: chunkKey(chunkNames.toString('hex', at * 32, at * 32 + 32)), ...page };
  }
}

const refuse = async (): Promise<never> => {
  throw new Error('A plan writes and deletes nothing.');
};
const store: ObjectStore = {
  location: 'made up',
  ...{ put: refuse, putStream: refuse, delete: refuse, deleteMany: refuse, head: refuse },
  list,
  async *listFolders(folder) {
    if (folder === 'backups/') yield 'production';
  },
  async get(key) {
    requests.get++;
    const bytes = manifestOf(key);
    requests.bytes += bytes.length;
    return bytes;
  },
};
const repository = createRepository({
  ...{ store, seal: plainSeal, codec: 'zstd', keys: null, beforeChunks: async () => undefined },
});

const mb = (bytes: number): number => Math.round(bytes / 1e6);
const before = process.memoryUsage().rss;
const begun = performance.now();
const seconds = (): string => ((performance.now() - begun) / 1000).toFixed(1);
const rules: RetentionRules = {
  ...{ keepLast: 24, hourly: 48, daily: 30, weekly: 12, monthly: 24, yearly: 5 },
  ...{ keepWithinMs: 0, timezone: 'Europe/Berlin' },
};
const standings = await listStandings(repository);
const planned = planRetention(standings, { rules, now, inUse: new Map(), labels: new Map() });
const going = planned.filter(({ keptBy }) => keptBy.length === 0).length;
console.log(`${seconds()} s: ${planned.length} backups planned, ${going} would go`);
// Nothing is taken for removed, which is the most to read: what goes is read for its label, what stays for its chunks.
const marked = await markChunks(repository);
console.log(`${seconds()} s: ${marked.manifests.size} manifests read, ${marked.names.size} chunks marked`);
const garbage = await findGarbage(repository, { marked: marked.names, before: new Date(now.getTime() - hourMs) });
console.log(`${seconds()} s: ${garbage.chunks} chunks listed, ${garbage.names.length} are garbage`);
console.log(
  `requests: ${requests.list} listings, ${requests.get} manifests (${mb(requests.bytes)} MB); ` +
    `memory: ${mb(before)} MB before, at most ${mb(process.resourceUsage().maxRSS * 1024)} MB`,
);
