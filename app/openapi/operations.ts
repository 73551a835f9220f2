import type { Operations } from './operation.ts';
import { backupOperations } from './paths/backups.ts';
import { hookOperations } from './paths/hooks.ts';
import { restoreOperations } from './paths/restores.ts';
import { runOperations } from './paths/runs.ts';
import { serviceOperations } from './paths/service.ts';

/** The parts of the API in the order in which people read of them. */
export const sections: readonly { title: string; operations: Operations }[] = [
  { title: 'Backups', operations: backupOperations },
  { title: 'Runs', operations: runOperations },
  { title: 'Restores', operations: restoreOperations },
  { title: 'Deploy hooks', operations: hookOperations },
  { title: 'Service', operations: serviceOperations },
];

/** Every operation that is described. */
export const operations: Operations = Object.assign({}, ...sections.map((section) => section.operations));
