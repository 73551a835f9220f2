import { backup } from './backup/backup.ts';
import { copyLane } from './backup/copy-lane.ts';
import { discard } from './discard/discard.ts';
import { drill } from './drill/drill.ts';
import { notify } from './notify/notify.ts';
import { overdue } from './notify/overdue.ts';
import { closeCancelled } from './on-cancelled.ts';
import { prune } from './prune/prune.ts';
import { recoverLoadLane } from './recover/load-lane.ts';
import { recoverProofLane } from './recover/proof-lane.ts';
import { recover } from './recover/recover.ts';
import { buildLane } from './restore/build-lane.ts';
import { loadLane } from './restore/load-lane.ts';
import { proofLane } from './restore/proof-lane.ts';
import { restore } from './restore/restore.ts';
import { rollback } from './rollback/rollback.ts';
import { sweep } from './sweep/sweep.ts';
import { transfer } from './transfer/transfer.ts';
import { verify } from './verify/verify.ts';
import { verifyLane } from './verify/verify-lane.ts';

/** The registry: every function that an engine may run. */
export const functions = [
  backup,
  copyLane,
  restore,
  loadLane,
  buildLane,
  proofLane,
  recover,
  recoverLoadLane,
  recoverProofLane,
  transfer,
  drill,
  rollback,
  discard,
  sweep,
  prune,
  verify,
  verifyLane,
  notify,
  overdue,
  closeCancelled,
];
