import { KeyRound } from 'lucide-react';

/** That a backup is sealed under a key which this server does not have. */
export function KeyMissing({ keyId }: { keyId: string | null }) {
  return (
    <div role="status" className="flex gap-3 rounded-lg border border-caution bg-caution-soft p-4 text-sm">
      <KeyRound aria-hidden size={16} className="mt-0.5 shrink-0 text-caution" />
      <div>
        <p className="font-medium text-caution">This backup is sealed under key id {keyId}, which is not given.</p>
        <p className="mt-1">
          Below is its outline, as the store tells it, unchecked. Add the key to HOLDFAST_OLD_KEYS to see its tables and
          to restore from it.
        </p>
      </div>
    </div>
  );
}
