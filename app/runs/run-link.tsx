import Link from 'next/link';

/** A run by its id. */
export function RunLink({ id }: { id: string }) {
  return (
    <Link href={`/runs/${id}`} className="font-mono text-xs underline">
      {id}
    </Link>
  );
}
