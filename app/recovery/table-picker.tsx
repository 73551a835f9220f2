import { Button } from '#app/ui/button.tsx';
import { CheckField } from '#app/ui/check-field.tsx';
import { HiddenFields } from '#app/ui/hidden-fields.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { TextField } from '#app/ui/text-field.tsx';
import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import type { TableList } from './plan-table-list.ts';
import type { RecoveryChoice } from './recovery-choice.ts';

interface TablePickerProps {
  choice: RecoveryChoice;
  backup: { connection: string; backupId: string };
  tables: TableList;
  connections: readonly string[];
  /** A name for the side schema where none was given. */
  schema: string;
}

/** Tables to tick, as a plain form: what is ticked stays so while the list is narrowed to others. */
export function TablePicker({
  choice,
  backup,
  tables: { chosen, shown, more },
  connections,
  schema,
}: TablePickerProps) {
  return (
    <form method="get" className="grid gap-4" aria-label="Tables, target and side schema">
      <HiddenFields values={{ backup: backup.backupId, from: backup.connection }} />
      {chosen.length > 0 && (
        <fieldset className="grid gap-2">
          <legend className="mb-1 text-xs text-quiet">Chosen</legend>
          {chosen.map(({ pattern, name, rows }) => (
            <CheckField
              key={pattern}
              name="tables"
              value={pattern}
              label={<TableName name={name} rows={rows} />}
              checked
            />
          ))}
        </fieldset>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <TextField label="Part of a name" name="filter" defaultValue={choice.filter} maxLength={200} />
        <TextField label="Or a pattern of names" name="tables" placeholder="shop.*" maxLength={300} />
        <Button type="submit" name="step" value="choose">
          Add and list
        </Button>
      </div>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-xs text-quiet">
          {choice.filter === '' ? 'Tables of the backup' : `Tables with “${choice.filter}” in their names`}
        </legend>
        {shown.length === 0 && <p className="text-sm text-quiet">None.</p>}
        <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2 lg:grid-cols-3">
          {shown.map(({ pattern, name, rows, reason }) =>
            reason === null ? (
              <CheckField key={pattern} name="tables" value={pattern} label={<TableName name={name} rows={rows} />} />
            ) : (
              <p key={pattern} className="min-w-0 pl-6 text-sm break-words text-quiet">
                <span className="font-mono text-xs">{name}</span>
                <span className="block text-xs">Not by itself: {reason}.</span>
              </p>
            ),
          )}
        </div>
        {more > 0 && (
          <p className="text-sm text-quiet">
            And {describeMany(more, 'other table')}: narrow the list by a part of a name, or give a pattern.
          </p>
        )}
      </fieldset>
      <div className="flex flex-wrap items-end gap-3">
        <SelectField
          {...{ label: 'Recover into', name: 'to', any: 'choose a connection' }}
          options={connections}
          chosen={choice.to ?? connections.find((name) => name === backup.connection)}
        />
        <TextField label="New schema for them" name="schema" defaultValue={choice.schema ?? schema} maxLength={63} />
        <Button type="submit" name="step" value="check" tone="primary">
          Look at the target
        </Button>
      </div>
    </form>
  );
}

function TableName({ name, rows }: { name: string; rows: string | null }) {
  return (
    <span className="break-words">
      <span className="font-mono text-xs">{name}</span>
      {rows !== null && <span className="text-xs text-quiet"> · {describeCount(rows)} rows</span>}
    </span>
  );
}
