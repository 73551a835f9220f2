interface SelectFieldProps {
  label: string;
  name: string;
  /** Values with what people read; an empty value is `any`. */
  options: readonly string[];
  /** What stands for no choice. */
  any: string;
  chosen: string | undefined;
}

/** A choice in a form that narrows a list. */
export function SelectField({ label, name, options, any, chosen }: SelectFieldProps) {
  return (
    <label className="grid gap-1 text-xs text-quiet">
      {label}
      <select
        name={name}
        defaultValue={chosen ?? ''}
        className="h-8 rounded-md border border-edge bg-surface px-2 text-sm text-ink"
      >
        <option value="">{any}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
