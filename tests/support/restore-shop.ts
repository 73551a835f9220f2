import { expect } from 'vitest';
import { passwordOf } from './cli-place.ts';
import { shopTemplate } from './shop.ts';
import { createDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';
import { type FinishedRun, withHoldfast } from './workflow.ts';

/** How a restore of the shop ends, after a change to it; its words hold no password. */
export async function restoreShop(options: { target: string; change?: string }): Promise<FinishedRun> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  if (options.change !== undefined) await runSql(source.url, options.change);
  return await withHoldfast({ source: source.url, target: options.target }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const restore = await holdfast.restore();
    expect(JSON.stringify(restore.result)).not.toContain(passwordOf(options.target));
    return restore;
  });
}
