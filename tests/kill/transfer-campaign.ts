import { parseArgs } from 'node:util';
import { type CampaignStrategy, runTransferCampaign } from './transfer/run-transfer-campaign.ts';

const strategies: readonly CampaignStrategy[] = ['database-swap', 'neon-branch'];
const help = `npm run test:kill:transfer -- [options]
  --rounds N     how many rounds, 60 where nothing is said
  --seed S       what chance decides by, a number; random where nothing is said, and printed
  --round N      only this round of the campaign
  --strategy S   how copies go live: ${strategies.join(', ')}; the first where nothing is said`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    round: { type: 'string' },
    strategy: { type: 'string', default: 'database-swap' },
    help: { type: 'boolean', default: false },
  },
});
const only = values.round === undefined ? undefined : [Number(values.round)];
const strategy = strategies.find((name) => name === values.strategy);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const rounds = Math.max(Number(values.rounds), ...(only ?? []));

if (values.help || Number.isNaN(seed) || Number.isNaN(rounds) || strategy === undefined) {
  console.error(help);
  process.exit(values.help ? 0 : 2);
}
const { passed } = await runTransferCampaign({ strategy, rounds, seed, only, print: console.log });
process.exit(passed ? 0 : 1);
