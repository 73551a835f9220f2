'use client';

import { useState } from 'react';
import { useStart } from '#app/runs/use-start.ts';
import type { ButtonTone } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { TextField } from '#app/ui/text-field.tsx';

/** Asks, then starts a backup of a connection, with a label where one was given, and goes to its run. */
export function BackUpButton({ connection, tone }: { connection: string; tone: ButtonTone }) {
  const [label, setLabel] = useState('');
  const { start, error } = useStart({ address: '/api/v1/backups', done: 'The backup has begun' });
  const given = label.trim();
  return (
    <ConfirmDialog
      {...{ trigger: 'Back up now', confirm: 'Back it up', tone, title: `Back up ${connection} now?` }}
      onConfirm={() => start({ connection, ...(given === '' ? {} : { label: given }) })}
      fields={
        <TextField
          {...{ label: 'Label, if you want one: it is then kept from pruning', name: 'label', maxLength: 200 }}
          value={label}
          onChange={({ target }) => setLabel(target.value)}
        />
      }
      problem={error && <ErrorPanel error={error} />}
    >
      Reads the whole of {connection} in one snapshot. Nothing is changed in it, and its clients go on.
    </ConfirmDialog>
  );
}
