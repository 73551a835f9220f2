import type { ComponentProps } from 'react';

type InputProps = 'type' | 'placeholder' | 'defaultValue' | 'required' | 'value' | 'onChange';

interface TextFieldProps extends Pick<ComponentProps<'input'>, InputProps> {
  label: string;
  name: string;
  maxLength?: number;
}

/** A field of a form with its name above it. */
export function TextField({ label, ...input }: TextFieldProps) {
  return (
    <label className="grid gap-1 text-xs text-quiet">
      {label}
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        {...input}
        className="h-8 min-w-0 rounded-md border border-edge bg-surface px-2 text-sm text-ink placeholder:text-quiet"
      />
    </label>
  );
}
