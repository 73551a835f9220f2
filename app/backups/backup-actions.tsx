import Link from 'next/link';
import type { ReactNode } from 'react';
import { StartAction } from '#app/runs/start-action.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import type { Identity } from '#lib/access/identity.ts';
import { may } from '#lib/access/may.ts';
import type { BackupView } from '#lib/backup-view/read-backup-view.ts';
import { queryText } from './parse-backup-filter.ts';
import { PinForm } from './pin-form.tsx';
import { VerifyForm } from './verify-form.tsx';

interface BackupActionsProps {
  view: BackupView;
  identity: Identity;
  /** Whether who looks at it may drill it. */
  drills: boolean;
}

/** What can be done with a backup, by who looks at it. A backup that cannot be read can only be verified and pinned. */
export function BackupActions({ view, identity, drills }: BackupActionsProps) {
  const { connection, backupId, manifest, marks } = view;
  const address = `/api/v1/backups/${connection}/${backupId}`;
  const isUsable = manifest !== null && !marks.damaged;
  return (
    <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
      {may(identity.role, 'restore') && isUsable && (
        <Way title="Restore" about="Goes live only after the copy is proven; the preflight comes first.">
          <Link
            href={`/restore${queryText({ backup: backupId, from: connection })}`}
            className={buttonClass('primary')}
          >
            Restore…
          </Link>
        </Way>
      )}
      {may(identity.role, 'recover') && isUsable && (
        <Way title="Recover tables" about="Some of its tables go beside the live ones; no live table is changed.">
          <Link href={`/recover${queryText({ backup: backupId, from: connection })}`} className={buttonClass()}>
            Recover tables…
          </Link>
        </Way>
      )}
      {drills && isUsable && (
        <Way title="Drill" about="Restores it to staging, compares every row, and drops the copy: then it is proven.">
          <StartAction
            {...{ address: '/api/v1/drills', body: { connection, backup: backupId }, trigger: 'Drill it…' }}
            {...{ confirm: 'Drill it', tone: 'plain', done: 'The drill has begun' }}
            title="Drill this backup?"
          >
            Restores the backup to staging, compares the copy row by row, and drops it. Nothing live is touched.
          </StartAction>
        </Way>
      )}
      {may(identity.role, 'verify') && (
        <Way title="Verify" about="Reads what is stored and holds it against the manifest.">
          <VerifyForm address={`${address}/verify`} />
        </Way>
      )}
      {may(identity.role, 'export') && isUsable && (
        <Way
          title="Export"
          about="One compressed script for psql, written as it is read. Tables are below, each by itself."
        >
          <a href={`${address}/export${queryText({ format: 'sql' })}`} className={buttonClass()}>
            SQL script
          </a>
        </Way>
      )}
      {may(identity.role, 'pin') && (
        <Way
          title={marks.pinned ? 'Unpin' : 'Pin'}
          about={marks.pinned ? 'It is kept whatever the retention says.' : 'Keeps it whatever the retention says.'}
        >
          <PinForm key={String(marks.pinned)} address={address} isPinned={marks.pinned} />
        </Way>
      )}
    </div>
  );
}

function Way({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <div className="grid content-start justify-items-start gap-2">
      <div>
        <h3 className="text-sm font-medium">{title}</h3>
        <p className="text-sm text-quiet">{about}</p>
      </div>
      {children}
    </div>
  );
}
