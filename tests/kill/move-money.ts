import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { withClient } from '#tests/support/with-client.ts';
import { accounts } from './build-source.ts';

/** A transfer the source has acknowledged; `at` is this machine's clock after that, in epoch milliseconds. */
export interface Acknowledged {
  id: number;
  at: number;
}

/**
 * Moves money between accounts as long as it runs, one transaction a transfer, numbered without gaps. So any single
 * snapshot shows transfers 1 to N and exactly the balances they add up to; a copy put together from two does not.
 */
export function moveMoney(url: string, random: () => number): { stop(): Promise<Acknowledged[]> } {
  const acknowledged: Acknowledged[] = [];
  let going = true;
  const work = async (client: Client): Promise<void> => {
    const last = await client.query<{ id: string }>('select coalesce(max(id), 0) as id from transfers');
    for (let id = Number(last.rows[0]?.id) + 1; going; id++) {
      const [payer, payee] = [1 + Math.floor(random() * accounts), 1 + Math.floor(random() * accounts)];
      const amount = 1 + Math.floor(random() * 50);
      await client.query(`begin;
        update accounts set balance = balance - ${amount} where id = ${payer};
        update accounts set balance = balance + ${amount} where id = ${payee};
        insert into transfers (id, payer, payee, amount) values (${id}, ${payer}, ${payee}, ${amount});
        commit`);
      acknowledged.push({ id, at: Date.now() });
      await sleep(2);
    }
  };
  const working = (async () => {
    while (going) {
      // The server may be crashing under it; the numbers go on from what it kept.
      await withClient(url, work).catch(() => sleep(50));
    }
  })();
  return {
    async stop() {
      going = false;
      await working;
      return acknowledged;
    },
  };
}
