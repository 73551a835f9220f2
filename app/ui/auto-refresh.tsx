'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** Has the server make the page anew every so often, as long as somebody can see it. */
export function AutoRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && router.refresh(), everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
