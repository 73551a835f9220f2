import { clsx } from 'clsx';
import { Ban, CircleX, TriangleAlert } from 'lucide-react';
import type { RecordedError } from '#lib/runs/run-record.ts';
import { CodeText } from './code-text.tsx';

const looks = {
  failed: { icon: CircleX, panel: 'border-failed bg-failed-soft', word: 'text-failed' },
  caution: { icon: TriangleAlert, panel: 'border-caution bg-caution-soft', word: 'text-caution' },
  neutral: { icon: Ban, panel: 'border-line bg-surface', word: 'text-ink' },
} as const;

interface ErrorPanelProps {
  error: Pick<RecordedError, 'name' | 'code' | 'message' | 'hint'>;
  /** `caution`: refused, nothing was done; `neutral`: a person wanted it so. */
  tone?: keyof typeof looks;
}

/** An error as people meet it everywhere: what happened, what to do next, and its name and code to look it up by. */
export function ErrorPanel({ error, tone = 'failed' }: ErrorPanelProps) {
  const { icon: Icon, panel, word } = looks[tone];
  return (
    <div
      role={tone === 'failed' ? 'alert' : 'status'}
      className={clsx('flex gap-3 rounded-lg border p-4 text-sm', panel)}
    >
      <Icon aria-hidden size={16} className={clsx('mt-0.5 shrink-0', word)} />
      <div className="min-w-0 break-words">
        <p className={clsx('font-medium', word)}>
          <CodeText text={error.message} />
        </p>
        <p className="mt-1">
          <span className="font-medium">What to do: </span>
          <CodeText text={error.hint} />
        </p>
        <p className="mt-1 font-mono text-xs text-quiet">
          {error.name} · {error.code}
        </p>
      </div>
    </div>
  );
}
