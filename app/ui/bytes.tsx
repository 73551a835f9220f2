import { describeBytes, describeCount } from '#lib/report/describe-amounts.ts';

/** An amount of bytes, rounded for people and exact on demand. `value` is a whole number or its decimal digits. */
export function Bytes({ value }: { value: number | string }) {
  return (
    <data value={value} title={`${describeCount(value)} bytes`} className="whitespace-nowrap">
      {describeBytes(value)}
    </data>
  );
}
