import Link from 'next/link';
import { buttonClass } from './button.tsx';

/** The ways to other pages of a list: `[text, address]`, or `null` where there is none. */
export function PageLinks({ links }: { links: readonly (readonly [text: string, href: string] | null)[] }) {
  const shown = links.filter((link) => link !== null);
  if (shown.length === 0) return null;
  return (
    <nav aria-label="Pages" className="flex gap-2">
      {shown.map(([text, href]) => (
        <Link key={text} href={href} className={buttonClass()}>
          {text}
        </Link>
      ))}
    </nav>
  );
}
