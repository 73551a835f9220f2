import { type Role, reaches } from './role.ts';

/**
 * The least role for each action. A viewer looks. An operator does what can be taken back: a cut-over has its rollback,
 * a pin its unpin. An admin does what cannot be taken back (what is dropped is gone), and says who may do what.
 */
export const leastRoles = {
  read: 'viewer',
  'see-metrics': 'viewer',
  'start-backup': 'operator',
  verify: 'operator',
  drill: 'operator',
  export: 'operator',
  restore: 'operator',
  transfer: 'operator',
  recover: 'operator',
  approve: 'operator',
  cancel: 'operator',
  rollback: 'operator',
  pin: 'operator',
  hooks: 'operator',
  discard: 'admin',
  prune: 'admin',
  sweep: 'admin',
  'manage-tokens': 'admin',
  'see-audit': 'admin',
  settings: 'admin',
} as const satisfies Record<string, Role>;

export type Action = keyof typeof leastRoles;

/** Whether a role is enough for an action. */
export function may(role: Role, action: Action): boolean {
  return reaches(role, leastRoles[action]);
}
