import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'notice' | 'proven' | 'caution' | 'failed';

const tones = {
  neutral: 'bg-sunken text-quiet',
  notice: 'bg-notice-soft text-notice',
  proven: 'bg-proven-soft text-proven',
  caution: 'bg-caution-soft text-caution',
  failed: 'bg-failed-soft text-failed',
} as const;

/** A state in one word, always with its icon: colour alone tells nothing. */
export function Badge({ tone, icon: Icon, children }: { tone: Tone; icon: LucideIcon; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1 whitespace-nowrap rounded-full px-2 py-0.5 text-xs font-medium',
        tones[tone],
      )}
    >
      <Icon aria-hidden size={12} strokeWidth={2.25} className="shrink-0" />
      {children}
    </span>
  );
}
