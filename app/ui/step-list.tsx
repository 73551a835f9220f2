import { clsx } from 'clsx';
import Link from 'next/link';

interface StepListProps {
  /** What the steps lead to, for who does not see them. */
  label: string;
  /** In their order; a step that was made has an address to come back to. */
  steps: readonly { title: string; href?: string | undefined }[];
  /** Which one is made now. */
  current: number;
}

/** Where somebody is on a page that leads through some steps. */
export function StepList({ label, steps, current }: StepListProps) {
  return (
    <nav aria-label={label}>
      <ol className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {steps.map(({ title, href }, index) => (
          <li
            key={title}
            aria-current={index === current ? 'step' : undefined}
            className={clsx('flex items-center gap-1.5', index === current ? 'font-medium' : 'text-quiet')}
          >
            <span
              aria-hidden
              className={clsx(
                'inline-flex size-5 items-center justify-center rounded-full text-xs',
                index === current ? 'bg-accent text-on-accent' : 'bg-sunken',
              )}
            >
              {index + 1}
            </span>
            {href !== undefined && index < current ? (
              <Link href={href} className="underline">
                {title}
              </Link>
            ) : (
              title
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
