import { mkdir, readFile } from 'node:fs/promises';
import { ageDrafts } from './check-repository.ts';
import { type Arena, openArena } from './open-arena.ts';
import { type Kind, planRounds, type Round } from './plan-rounds.ts';
import { type PlayedRound, playRound, type Undisturbed } from './play-round.ts';
import { playVerb } from './play-verb.ts';
import { countFailedAttempts, describeTallies } from './tally.ts';

export interface CampaignOptions {
  rounds: number;
  seed: number;
  /** Only rounds of this kind. */
  kind?: Kind | undefined;
  /** Only this round of the campaign. */
  only?: number | undefined;
  print: (line: string) => void;
}

/** Rounds that share a repository: the first of them stores everything, the others what has changed. */
const roundsPerRepository = 4;

/** Plays all rounds; ends with the first that goes wrong. Answers whether all went well. */
export async function runCampaign({
  print,
  only,
  ...options
}: CampaignOptions): Promise<{ passed: boolean; played: PlayedRound[] }> {
  const startedAt = Date.now();
  print(`kill campaign: seed ${options.seed}, ${options.rounds} rounds${options.kind ? ` of ${options.kind}` : ''}`);
  await using arena = await openArena();
  const played: PlayedRound[] = [];
  const calm = await playCalmRound(arena);
  const { backupMs, restoreMs, bytes } = calm.undisturbed;
  print(`undisturbed: backup ${backupMs} ms, restore ${restoreMs} ms, ${Math.round(bytes / 1e6)} MB of rows`);
  if (calm.round.wrong.length > 0) return fail(calm.round.wrong);

  let known = new Set<string>();
  let repository = '';
  let drafts = 0;
  for (const [index, round] of planRounds(options)
    .filter(({ number }) => !only || number === only)
    .entries()) {
    if (index % roundsPerRepository === 0) {
      drafts += repository === '' ? 0 : await sweepDrafts(arena, repository);
      repository = `${arena.folder}/repository-${round.number}`;
      known = new Set();
    }
    const log = `${arena.folder}/said/round-${round.number}.log`;
    try {
      const one = await playRound(round, { arena, repository, known, undisturbed: calm.undisturbed, log });
      played.push(one);
      aimAgain(calm.undisturbed, one);
      print(describeRound(one));
      if (one.wrong.length > 0) return fail(one.wrong, round);
    } catch (cause) {
      return fail([cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)], round);
    }
  }
  drafts += repository === '' ? 0 : await sweepDrafts(arena, repository);
  print('');
  print(describeTallies(played));
  print('');
  print(`drafts of killed writers in .tmp: ${drafts}, all swept by the next writer once they were a day old`);
  const unnamed = Math.max(0, ...played.map((one) => one.repository.unnamed));
  print(`chunks of given-up epochs that no manifest names: at most ${unnamed} a repository, whole, left for pruning`);
  print(`seed ${options.seed}: ${played.length} rounds proven in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  return { passed: true, played };

  async function fail(wrong: readonly string[], round?: Round): Promise<{ passed: boolean; played: PlayedRound[] }> {
    arena.keep();
    print('');
    print(`WRONG${round ? ` in round ${round.number} (${round.kind}, seed ${round.seed})` : ' without a blow'}:`);
    for (const line of wrong) print(`  ${line}`);
    if (round) {
      print(
        `what the CLI said:\n${await readFile(`${arena.folder}/said/round-${round.number}.log`, 'utf8').catch(() => '')}`,
      );
      print(
        `again: npm run test:kill -- --seed ${options.seed} --round ${round.number}${options.kind ? ` --kind ${options.kind}` : ''}`,
      );
    }
    print(`repository, journals and logs: ${arena.folder}`);
    return { passed: false, played };
  }
}

/** A round without a blow: how long things take, and that the checks have nothing to say of an ordinary copy. */
async function playCalmRound(arena: Arena): Promise<{ round: PlayedRound; undisturbed: Undisturbed }> {
  const repository = `${arena.folder}/repository-calm`;
  await mkdir(repository, { recursive: true });
  const undisturbed = { backupMs: 0, restoreMs: 0, bytes: 0 };
  const round: Round = { number: 0, kind: 'cli', seed: 0, backupBlows: [], restoreBlows: [] };
  const log = `${arena.folder}/said/round-0.log`;
  const played = await playRound(round, { arena, repository, known: new Set(), undisturbed, log });
  const { backup, restore, bytes } = played;
  return { round: played, undisturbed: { backupMs: backup.durationMs, restoreMs: restore.durationMs, bytes } };
}

/** A machine that has become faster gets earlier blows, or they would miss. */
function aimAgain(undisturbed: Undisturbed, { backup, restore }: PlayedRound): void {
  if (backup.hits.length === 0) undisturbed.backupMs = Math.min(undisturbed.backupMs, backup.durationMs);
  if (restore.hits.length === 0) undisturbed.restoreMs = Math.min(undisturbed.restoreMs, restore.durationMs);
}

/** The drafts that killed writers have left must go with the first put of another process a day later. */
async function sweepDrafts(arena: Arena, repository: string): Promise<number> {
  const drafts = await ageDrafts(repository);
  if (drafts === 0) return 0;
  await playVerb({
    args: ['backup', '--json'],
    setting: { sourceUrl: arena.sourceUrl, targetUrl: arena.target.url, repository, state: `${arena.folder}/state` },
    log: `${arena.folder}/said/sweep.log`,
    durationMs: 0,
    kills: [],
    strike: async () => [],
  });
  const left = await ageDrafts(repository);
  if (left > 0) throw new Error(`${left} of ${drafts} drafts are left in ${repository}/.tmp after a day`);
  return drafts;
}

function describeRound({ round, backup, restore, epochs, repository, wrong, durationMs }: PlayedRound): string {
  const verb = (name: string, { hits, resumed, begunAgain, recoveryMs, ...rest }: typeof backup): string => {
    const failed = countFailedAttempts({ hits, resumed, begunAgain, recoveryMs, ...rest });
    const parts = [
      hits.length > 0 ? `${hits.length} hits` : '',
      resumed > 0 ? `${resumed} resumed` : '',
      begunAgain > 0 ? `${begunAgain} begun again` : '',
      failed > 0 ? `${failed} attempts failed` : '',
      recoveryMs > 0 ? `recovered in ${(recoveryMs / 1000).toFixed(1)} s` : '',
    ].filter((part) => part !== '');
    return `${name} ${parts.length === 0 ? 'undisturbed' : parts.join(', ')}`;
  };
  const whats = [...backup.hits, ...restore.hits].map(({ what }) => `\n    ${what}`).join('');
  const epoch = epochs > 1 ? ` (${epochs} epochs)` : '';
  const drafts = repository.drafts > 0 ? `; ${repository.drafts} drafts` : '';
  const end = `${wrong.length === 0 ? 'proven' : 'WRONG'}, ${(durationMs / 1000).toFixed(1)} s`;
  return `round ${round.number} ${round.kind}: ${verb('backup', backup)}${epoch}; ${verb('restore', restore)}${drafts}; ${end}${whats}`;
}
