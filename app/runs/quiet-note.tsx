import { CodeText } from '#app/ui/code-text.tsx';
import { Time } from '#app/ui/time.tsx';

/** A step that moves no rows may work for some minutes without a word. */
const quietMs = 10 * 60_000;

interface QuietNoteProps {
  lastSign: Date;
  now: Date;
  runId: string;
}

/** Of an open run that has written nothing for a while: since when, and who may go on with it. */
export function QuietNote({ lastSign, now, runId }: QuietNoteProps) {
  if (now.getTime() - lastSign.getTime() <= quietMs) return null;
  const ways = `Where the command that drives it was stopped, \`holdfast resume ${runId}\` in its folder goes on with it; a server goes on with its own runs when it starts.`;
  return (
    <p className="text-sm">
      No sign of life since <Time value={lastSign.toISOString()} exact />. <CodeText text={ways} />
    </p>
  );
}
