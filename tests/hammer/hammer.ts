import { parseArgs } from 'node:util';
import { runHammer } from './run-hammer.ts';

const help = `npm run test:hammer -- [options]
  --seconds N   how long backups and prunes go on at each store, 120 where nothing is said
  --seed S      what chance decides by, a number; random where nothing is said, and printed
  --store K     files or s3; both where nothing is said`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    store: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const stores = (['files', 's3'] as const).filter((store) => values.store === undefined || values.store === store);
if (values.help || Number.isNaN(seconds) || Number.isNaN(seed) || stores.length === 0) {
  console.error(help);
  process.exit(values.help ? 0 : 2);
}
let wrong = 0;
for (const store of stores) wrong += (await runHammer({ seconds, seed, store, print: console.log })).wrong.length;
process.exit(wrong === 0 ? 0 : 1);
