import type { Terminal } from './terminal.ts';

/** Tells which backups `latest` has passed over. */
export function notePassedOver(terminal: Terminal, passedOver: readonly { backupId: string }[]): void {
  for (const { backupId } of passedOver) {
    terminal.note(`note: Backup ${backupId} is dated in the future: a clock is wrong, and \`latest\` passes it over.`);
  }
}
