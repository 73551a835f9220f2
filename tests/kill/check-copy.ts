import { setTimeout as sleep } from 'node:timers/promises';
import { runSql } from '#tests/support/with-client.ts';
import { accounts, openingBalance } from './build-source.ts';
import type { Acknowledged } from './move-money.ts';

/**
 * Holds the copy against the source by SQL alone, table by table: rows and an MD5 over all of them, duplicates
 * included. The money tables go on changing in the source: there the copy must be one moment of them.
 * Answers what is wrong, one line each.
 */
export async function checkCopy(options: {
  sourceUrl: string;
  targetUrl: string;
  /** Time of the backup's snapshot, in epoch milliseconds. */
  takenAt: number;
  acknowledged: readonly Acknowledged[];
}): Promise<string[]> {
  const { sourceUrl, targetUrl } = options;
  const without = ['accounts', 'transfers'];
  const [source, target] = await Promise.all([readFacts(sourceUrl, { without }), readFacts(targetUrl, { without })]);
  return [...compareFacts(source, target), ...(await checkMoney(options))];
}

/** What of `found` is not as in `expected`, one line each. */
export function compareFacts(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((object) => expected.get(object) !== found.get(object))
    .map((object) => `${object}: source ${expected.get(object)}, copy ${found.get(object)}`);
}

/** Every fact of a database that a copy must share, by object, but for the content of the tables `without`. */
export async function readFacts(
  url: string,
  { without = [] }: { without?: readonly string[] } = {},
): Promise<Map<string, string>> {
  const tables = await runSql(
    url,
    `select oid::regclass::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'm')
      and relname <> all (array[${without.map(literal).join(', ')}]::text[])`,
  );
  const counted = tables.map(
    ({ name }) => `select ${literal(`table ${name}`)} as object, count(*) || ' rows ' ||
      md5(coalesce(string_agg(hash, '' order by hash collate "C"), '')) as fact
      from (select md5(t::text) as hash from only ${name} t) h`,
  );
  const facts = await runSql(url, [...counted, ...catalogFacts].join(' union all '));
  return new Map(facts.map(({ object, fact }) => [object ?? '', fact ?? 'null']));
}

const catalogFacts = [
  // Among them the ledger's, which must be gone.
  `select 'schema ' || nspname, '' from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
  `select 'function ' || oid::regprocedure, prosrc from pg_proc where pronamespace = 'public'::regnamespace`,
  `select 'sequence ' || sequencename, concat(last_value, ' by ', increment_by) from pg_sequences`,
  `select 'index ' || i.indexrelid::regclass, concat(i.indisvalid, ' ', pg_get_indexdef(i.indexrelid))
    from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace`,
  // NOT NULL constraints have rows of their own since PostgreSQL 18.
  `select 'constraint ' || conrelid::regclass || '.' || conname, concat(convalidated, ' ', pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'`,
  `select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal`,
  `select 'large object ' || m.oid, md5(lo_get(m.oid)) from pg_largeobject_metadata m`,
];

/** The copy is one moment of the money: no transfer is missing below its last, and all balances add up. */
async function checkMoney(options: {
  sourceUrl: string;
  targetUrl: string;
  takenAt: number;
  acknowledged: readonly Acknowledged[];
}): Promise<string[]> {
  const { sourceUrl, targetUrl, takenAt, acknowledged } = options;
  const [copy] = await runSql(
    targetUrl,
    `select (select count(*) from transfers) as transfers, (select coalesce(max(id), 0) from transfers) as last,
      (select count(*) from accounts) as accounts,
      (select count(*) from accounts a
        left join (select payee as id, sum(amount) as amount from transfers group by payee) got using (id)
        left join (select payer as id, sum(amount) as amount from transfers group by payer) gave using (id)
        where balance <> ${openingBalance} + coalesce(got.amount, 0) - coalesce(gave.amount, 0)) as unbalanced`,
  );
  const last = Number(copy?.['last']);
  const hash = `select md5(coalesce(string_agg(t::text, '' order by id), '')) as hash from transfers t where id <= ${last}`;
  const [[inSource], [inCopy]] = await Promise.all([runSql(sourceUrl, hash), runSql(targetUrl, hash)]);
  const lost = acknowledged.filter(({ id, at }) => at < takenAt && id > last);
  return [
    Number(copy?.['transfers']) === last ? '' : `transfers: ${copy?.['transfers']} rows up to number ${last}`,
    Number(copy?.['accounts']) === accounts ? '' : `accounts: ${copy?.['accounts']} rows of ${accounts}`,
    copy?.['unbalanced'] === '0'
      ? ''
      : `accounts: ${copy?.['unbalanced']} balances are not what the transfers add up to`,
    inSource?.['hash'] === inCopy?.['hash'] ? '' : `transfers: up to number ${last} they are not the source's`,
    lost.length === 0
      ? ''
      : `transfers: ${lost.length} acknowledged before the snapshot are missing, first ${lost[0]?.id}`,
  ].filter((line) => line !== '');
}

/** What Holdfast has left open on a server after a grace in which a killed client's backend may notice. */
export async function checkSessions(url: string): Promise<string[]> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const sessions = await runSql(
      url,
      `select pid, state, left(query, 80) as query from pg_stat_activity where application_name = 'holdfast'`,
    );
    if (sessions.length === 0) return [];
    if (Date.now() > deadline)
      return sessions.map(({ pid, state, query }) => `session ${pid} is left, ${state}: ${query}`);
    await sleep(50);
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
