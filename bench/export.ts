// An export to the format sql against the backup it is made from: node bench/export.ts [--rounds N] [--events N]
import { stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measured, median } from '#bench/measure.ts';
import { withBenchPlace } from '#bench/place.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, events: { type: 'string', default: '3700000' } },
});

await withBenchPlace(async (place) => {
  await place.fill('figures', { name: 'export', events: Number(values.events), tables: ['events', 'sessions'] });
  const backups: Measured[] = [];
  const exports: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const file = join(place.folder, `${round}.sql.zst`);
    await place.forgetRepository();
    const backup = await place.holdfast(['backup'], { source: 'figures' });
    const exported = await place.holdfast(['export', 'latest', '--format', 'sql', '-o', file], { source: 'figures' });
    backups.push(backup);
    exports.push(exported);
    const { bytes } = JSON.parse(backup.stdout).outcome.totals;
    const load = loadavg()[0]?.toFixed(1);
    const megabytes = (await stat(file)).size / 1e6;
    const times = `backup ${backup.seconds.toFixed(2)} s, export ${exported.seconds.toFixed(2)} s`;
    console.log(
      `round ${round + 1}: ${(Number(bytes) / 1e6).toFixed(0)} MB of COPY text, ${times}, ${megabytes.toFixed(0)} MB written, peak ${exported.peakMb.toFixed(0)} MB, load ${load}`,
    );
  }
  const seconds = (runs: readonly Measured[]): number => median(runs.map((run) => run.seconds));
  console.log(`ratio of medians ${(seconds(exports) / seconds(backups)).toFixed(3)}`);
});
