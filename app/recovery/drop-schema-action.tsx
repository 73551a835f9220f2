import { RunAction } from '#app/runs/run-action.tsx';
import { describeMany } from '#lib/report/describe-amounts.ts';

interface DropSchemaActionProps {
  runId: string;
  schema: string;
  target: string;
  /** How many the run has made there. */
  tables: number;
}

/** The drop of what a recovery has made, after its name was typed. */
export function DropSchemaAction({ runId, schema, target, tables }: DropSchemaActionProps) {
  return (
    <RunAction
      {...{ runId, action: 'discard', trigger: 'Drop the schema…', confirm: 'Drop it', tone: 'danger' }}
      title={`Drop the schema ${schema}?`}
      done="It is being dropped"
      typed={schema}
    >
      Drops {describeMany(tables, 'recovered table')} and the schema {schema} of {target}. The live tables stay as they
      are.
    </RunAction>
  );
}
