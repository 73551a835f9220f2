/** The name with its sign: a cleat, which holds a rope fast. */
export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg viewBox="0 0 16 16" width={16} height={16} aria-hidden="true" className="fill-accent">
        <path d="M1 4.5C1 3.7 1.7 3 2.5 3h11a1.5 1.5 0 0 1 0 3H11v4h.5a1.5 1.5 0 0 1 0 3h-7a1.5 1.5 0 0 1 0-3H5V6H2.5A1.5 1.5 0 0 1 1 4.5Z" />
      </svg>
      Holdfast
    </span>
  );
}
