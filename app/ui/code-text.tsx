/** A sentence in which `backticks` are code, as errors and their hints are written. */
export function CodeText({ text }: { text: string }) {
  const parts = text.split('`');
  // What stands between the first and the second one is code; a last one without a partner is a character.
  const isCode = (index: number): boolean => index % 2 === 1 && index < parts.length - 1;
  return parts.map((part, index) => {
    if (isCode(index)) {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their places.
        <code key={index} className="font-mono text-xs">
          {part}
        </code>
      );
    }
    return index > 0 && !isCode(index - 1) ? `\`${part}` : part;
  });
}
