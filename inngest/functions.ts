import { backup } from './backup/backup.ts';
import { copyLane } from './backup/copy-lane.ts';
import { closeCancelled } from './on-cancelled.ts';
import { buildLane } from './restore/build-lane.ts';
import { loadLane } from './restore/load-lane.ts';
import { proofLane } from './restore/proof-lane.ts';
import { restore } from './restore/restore.ts';
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
  verify,
  verifyLane,
  closeCancelled,
];
