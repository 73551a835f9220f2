import type { RollbackPreview } from '#lib/cutover/preview-rollback.ts';
import { describeBytes, describeTime } from '#lib/report/describe-amounts.ts';
import { describeFormer, describeLater } from '#lib/run-view/describe-rollback.ts';

/** What a rollback brings back, what it puts aside, and what was written meanwhile. */
export function rollbackFacts({ cutover, walBytes }: RollbackPreview): [name: string, value: string][] {
  const since = cutover.cutOverAt === null ? '' : ` since ${describeTime(cutover.cutOverAt)}`;
  const written =
    walBytes === null
      ? `what was written${since} is not known`
      : `${describeBytes(walBytes.replace(/\..*$/, ''))} of WAL${since}, by all databases of the server`;
  return [
    ['comes back', describeFormer(cutover)],
    ['is put aside', describeLater(cutover)],
    ['written meanwhile', written],
  ];
}
