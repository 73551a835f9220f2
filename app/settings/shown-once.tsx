'use client';

import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';

/** A secret that was just made. It is in this page only, until it is left. */
export function ShownOnce({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <div className="flex gap-3 rounded-lg border border-notice bg-notice-soft p-4 text-sm">
      <KeyRound aria-hidden size={16} className="mt-0.5 shrink-0 text-notice" />
      <div className="grid min-w-0 justify-items-start gap-2">
        <p className="font-medium text-notice">{title}, shown this once</p>
        <code className="font-mono break-all select-all">{text}</code>
        <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>
      </div>
    </div>
  );
}
