import { CodeText } from '#app/ui/code-text.tsx';
import { Time } from '#app/ui/time.tsx';

/** A step that moves no rows may work for some minutes without a word. */
const quietMs = 10 * 60_000;

interface QuietNoteProps {
  lastSign: Date;
  now: Date;
  runId: string;
}

/** When an open run last wrote something; after a while of silence also who may go on with it. */
export function QuietNote({ lastSign, now, runId }: QuietNoteProps) {
  const isQuiet = now.getTime() - lastSign.getTime() > quietMs;
  return (
    <p className={`text-sm ${isQuiet ? '' : 'text-quiet'}`}>
      Last sign of life: <Time value={lastSign.toISOString()} />.
      {isQuiet && (
        <>
          {' '}
          <CodeText
            text={`Where the command that drives it was stopped, \`holdfast resume ${runId}\` in its folder goes on with it; a server goes on with its own runs when it starts.`}
          />
        </>
      )}
    </p>
  );
}
