/** What a form sends along that nobody has to see; what is `undefined` is left out. */
export function HiddenFields({ values }: { values: Record<string, string | readonly string[] | undefined> }) {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [value].flat().map((one) => <input key={`${name} ${one}`} type="hidden" name={name} value={one} />),
  );
}
