import type { ReactNode } from 'react';
import { ConsoleFrame } from '#app/frame/console-frame.tsx';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** The pages of who is signed in. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return <ConsoleFrame>{children}</ConsoleFrame>;
}
