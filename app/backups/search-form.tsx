import Link from 'next/link';
import { Button, buttonClass } from '#app/ui/button.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { TextField } from '#app/ui/text-field.tsx';
import { filterStandings } from '#lib/backup-view/list-backup-summaries.ts';
import type { BackupQuery } from './parse-backup-filter.ts';

interface SearchFormProps {
  query: Omit<BackupQuery, 'before'>;
  connections: readonly string[];
}

/** What narrows the list of backups; a plain form, whose answer has an address. */
export function SearchForm({ query, connections }: SearchFormProps) {
  const { connection, standing, label, git, since, until } = query;
  return (
    <form method="get" className="flex flex-wrap items-end gap-3" aria-label="Search backups">
      <SelectField
        {...{ label: 'Connection', name: 'connection', any: 'every connection' }}
        options={connections}
        chosen={connection}
      />
      <SelectField
        {...{ label: 'Standing', name: 'standing', any: 'every standing' }}
        options={filterStandings}
        chosen={standing}
      />
      <TextField label="Label" name="label" defaultValue={label} maxLength={200} />
      <TextField label="Commit" name="git" defaultValue={git} maxLength={64} placeholder="4f2a91c" />
      <TextField label="From (UTC)" name="since" type="date" defaultValue={since} />
      <TextField label="To (UTC)" name="until" type="date" defaultValue={until} />
      <Button type="submit">Search</Button>
      {Object.values(query).some((value) => value !== undefined) && (
        <Link href="/backups" className={buttonClass()}>
          Clear
        </Link>
      )}
    </form>
  );
}
