'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useVisible } from './use-visible.ts';

/** Has the server make the page anew every so often, as long as somebody can see it. */
export function AutoRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  const visible = useVisible();
  useEffect(() => {
    if (!visible) return;
    const timer = setInterval(() => router.refresh(), everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs, visible]);
  return null;
}
