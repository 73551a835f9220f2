import { describe, expect, it } from 'vitest';
import { kinds } from '#tests/kill/plan-rounds.ts';
import { runCampaign } from '#tests/kill/run-campaign.ts';
import { tally } from '#tests/kill/tally.ts';

describe('a short kill campaign', () => {
  it('proves every copy, whatever was killed on the way', { timeout: 8 * 60_000 }, async () => {
    const said: string[] = [];
    const { passed, played } = await runCampaign({ rounds: 6, seed: 20_261_121, print: (line) => said.push(line) });
    expect(passed, said.join('\n')).toBe(true);
    expect(new Set(played.map(({ round }) => round.kind))).toEqual(new Set(kinds));
    // A campaign whose blows all miss proves nothing.
    expect(tally(played).hits, said.join('\n')).toBeGreaterThan(3);
    expect(tally(played).resumes, said.join('\n')).toBeGreaterThan(0);
  });
});
