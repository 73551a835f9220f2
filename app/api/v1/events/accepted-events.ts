import {
  backupRequested,
  discardRequested,
  drillRequested,
  pruneRequested,
  recoverRequested,
  restoreRequested,
  rollbackRequested,
  runApproved,
  runCancelled,
  sweepRequested,
  transferRequested,
  verifyRequested,
} from '#inngest/events.ts';
import type { Action } from '#lib/access/may.ts';

/** What other services may ask for, and the right it takes; the rest of the events is Holdfast's own to send. */
export const acceptedEvents = [
  { event: backupRequested, action: 'start-backup' },
  { event: restoreRequested, action: 'restore' },
  { event: transferRequested, action: 'transfer' },
  { event: recoverRequested, action: 'recover' },
  { event: rollbackRequested, action: 'rollback' },
  { event: discardRequested, action: 'discard' },
  { event: drillRequested, action: 'drill' },
  { event: sweepRequested, action: 'sweep' },
  { event: pruneRequested, action: 'prune' },
  { event: verifyRequested, action: 'verify' },
  { event: runApproved, action: 'approve' },
  { event: runCancelled, action: 'cancel' },
] as const satisfies { event: { name: string }; action: Action }[];
