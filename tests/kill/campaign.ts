import { parseArgs } from 'node:util';
import { kinds } from './plan-rounds.ts';
import { runCampaign } from './run-campaign.ts';

const help = `npm run test:kill -- [options]
  --rounds N   how many rounds, 72 where nothing is said
  --seed S     what chance decides by, a number; random where nothing is said, and printed
  --round N    only this round of the campaign
  --kind K     only rounds of one kind: ${kinds.join(', ')}`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '72' },
    seed: { type: 'string' },
    round: { type: 'string' },
    kind: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const only = values.round === undefined ? undefined : Number(values.round);
const kind = kinds.find((name) => name === values.kind);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const rounds = Math.max(Number(values.rounds), only ?? 0);

if (values.help || Number.isNaN(seed) || Number.isNaN(rounds) || (values.kind !== undefined && kind === undefined)) {
  console.error(help);
  process.exit(values.help ? 0 : 2);
}
const { passed } = await runCampaign({ rounds, seed, kind, only, print: console.log });
process.exit(passed ? 0 : 1);
