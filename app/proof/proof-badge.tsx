import { ShieldCheck, ShieldX } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import type { Proof } from '#lib/proof/proof.ts';

/** Whether a proof passed, and what it compared. */
export function ProofBadge({ proof }: { proof: Pick<Proof, 'passed' | 'level'> }) {
  if (!proof.passed) {
    return (
      <Badge tone="failed" icon={ShieldX}>
        proof failed
      </Badge>
    );
  }
  return (
    <Badge tone="proven" icon={ShieldCheck}>
      {proof.level === 'content' ? 'proven, every row' : 'proven by counts'}
    </Badge>
  );
}
