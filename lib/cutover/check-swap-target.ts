import prettyBytes from 'pretty-bytes';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Check } from '#lib/report/check.ts';
import type { DatabaseSwap } from './cutover.ts';
import type { TargetFacts } from './read-target-facts.ts';

/** What on the target would make a swap impossible or do more than people expect; also what they should know before. */
export function checkSwapTarget(facts: TargetFacts, details: DatabaseSwap): Check[] {
  return [checkPrepared(facts), checkReplication(facts), checkLeftovers(facts, details), checkSpace(facts)];
}

function checkPrepared({ server, prepared }: TargetFacts): Check {
  const [first] = prepared;
  return {
    name: 'prepared transactions',
    object: `database ${server.database}`,
    passed: first === undefined,
    detail: first === undefined ? 'none' : `${prepared.length}, first ${first}: a database with one cannot be renamed`,
    hint:
      first === undefined ? '' : `commit prepared ${quoteLiteral(first)}; or rollback prepared ${quoteLiteral(first)};`,
  };
}

export function checkReplication({ server, slots, subscriptions }: TargetFacts): Check {
  const found = [
    ...slots.map((name) => `replication slot ${name}`),
    ...subscriptions.map((name) => `subscription ${name}`),
  ];
  return {
    name: 'replication',
    object: `database ${server.database}`,
    passed: found.length === 0,
    detail: found.length === 0 ? 'none' : `${found.join(', ')}: would stay with the database that is put aside`,
    hint: 'Stop the replication and drop the slot or subscription; make it anew after the cut-over.',
  };
}

function checkLeftovers({ server, neighbours }: TargetFacts, { before, rolledBack, live }: DatabaseSwap): Check {
  const taken = [before, rolledBack].filter((name) => neighbours.includes(name));
  const earlier = neighbours.filter((name) => {
    const [, beginning] = /^(.*)__(?:staging|before|rolled_back)_\d{8}T\d{6}Z-/.exec(name) ?? [];
    return beginning !== undefined && live.startsWith(beginning);
  });
  const others = earlier.filter((name) => !taken.includes(name));
  const detail = others.length === 0 ? 'none' : `${others.join(', ')}, of earlier runs`;
  return {
    name: 'leftovers',
    object: `database ${server.database}`,
    passed: taken.length === 0,
    detail: taken.length === 0 ? detail : `${taken.join(', ')} is there already, under a name that this run needs`,
    hint: 'Drop or rename it: psql -l shows the databases of the server.',
  };
}

/** PostgreSQL has no function that tells free space, so the question is handed to the person. */
function checkSpace({ server }: TargetFacts): Check {
  const size = prettyBytes(BigInt(server.databaseBytes), { maximumFractionDigits: 1 });
  const detail = `cannot be asked for; the copy will lie beside the present database of ${size}`;
  return { name: 'disk space', object: `server ${server.version}`, passed: true, detail, hint: '' };
}
