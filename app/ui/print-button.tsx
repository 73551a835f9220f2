'use client';

import { Printer } from 'lucide-react';
import { Button } from './button.tsx';

/** Prints the page, or saves it as a PDF. */
export function PrintButton() {
  return (
    <Button onClick={() => window.print()}>
      <Printer aria-hidden size={14} /> Print
    </Button>
  );
}
