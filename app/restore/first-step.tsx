import { listChoosable } from '#app/cutover/list-choosable.ts';
import { placesFor } from '#app/http/places-for.ts';
import { type Identity, isInScope } from '#lib/access/identity.ts';
import { listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { BackupChoice } from './backup-choice.tsx';

const pageSize = 20;

/** A part of the list of backups. */
interface ShownPart {
  connection?: string | undefined;
  before?: string | undefined;
}

interface FirstStepProps {
  identity: Identity;
  list: ShownPart;
  /** The page of another part of the list, and the page with a backup chosen. */
  listAddress: (list: ShownPart) => string;
  choiceAddress: (choice: { backup: string; from: string }) => string;
}

/** The first step of a guided page: the backups that somebody may choose from. */
export async function FirstStep({ identity, list, listAddress, choiceAddress }: FirstStepProps) {
  const { repository } = await openWorkspace();
  const { connection, before } = list;
  const { backups, next } = await listBackupSummaries(repository, {
    ...{ limit: pageSize, connection, before },
    isVisible: (name) => isInScope(identity, [name]),
  });
  return (
    <BackupChoice
      {...{ backups, connection, tell: placesFor(identity) }}
      connections={listChoosable(await loadConfig(), identity)}
      addressOf={(backup) => choiceAddress({ backup: backup.backupId, from: backup.connection })}
      newest={before === undefined ? null : listAddress({ connection })}
      older={next === null ? null : listAddress({ connection, before: next })}
    />
  );
}
