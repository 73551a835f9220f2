import type { ReactNode } from 'react';

interface CheckFieldProps {
  name: string;
  label: ReactNode;
  /** What it means, below the label. */
  about?: ReactNode;
  value?: string;
  checked?: boolean;
}

/** A box to tick in a form. */
export function CheckField({ name, label, about, value = 'on', checked = false }: CheckFieldProps) {
  return (
    <label className="flex items-start gap-2 text-sm">
      <input type="checkbox" name={name} value={value} defaultChecked={checked} className="mt-1 accent-accent" />
      <span className="min-w-0">
        {label}
        {about && <span className="block text-xs text-quiet">{about}</span>}
      </span>
    </label>
  );
}
