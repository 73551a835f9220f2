import { Card } from '#app/ui/card.tsx';
import { CodeText } from '#app/ui/code-text.tsx';

const steps = [
  'Set `DATABASE_URL` to the database that is to be backed up: it is then the connection `production`. For Neon set `NEON_DATABASE_URL`, for others `HOLDFAST_DATABASE_<NAME>_URL`.',
  'Say where backups are kept with `HOLDFAST_REPOSITORY`, such as `s3://bucket/prefix`; without it they are in a folder of this machine.',
  'Start the server again. The connection is then here, with a button for its first backup.',
] as const;

/** What to do where no connection is known and no backup is there. */
export function FirstSteps() {
  return (
    <Card title="Nothing is connected yet">
      <ol className="grid list-decimal gap-2 pl-5 text-sm">
        {steps.map((step) => (
          <li key={step}>
            <CodeText text={step} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
