import prettyMs from 'pretty-ms';
import type { S3Settings } from '#lib/config/s3-settings.ts';
import type { Check } from '#lib/report/check.ts';
import type { S3Traits } from '#lib/repository/examine-s3.ts';

/** Beyond this a grace time of hours still holds, and yet something is wrong with one of the clocks. */
const tolerableClockMs = 5 * 60_000;

type Finding = Omit<Check, 'object' | 'hint'> & { hint?: string };

/** What a bucket can do, held against what the config asks of it. Pure. */
export function describeBucket(traits: S3Traits, settings: S3Settings, object: string): Check[] {
  const findings: Finding[] = [
    { name: 'conditional put', passed: true, detail: conditions[traits.conditionalPut] },
    describeChecksums(traits, settings),
    describeEncryption(traits, settings),
    describeStorageClass(traits, settings),
    { name: 'versions, Object Lock', passed: true, detail: `${describeVersions(traits)}, ${describeLock(traits)}` },
    describeLifecycle(traits),
    describeClock(traits),
  ];
  if (traits.leftBehind.length > 0) {
    const detail = `may not delete: right for a role of backups alone. What was tried with stays: ${traits.leftBehind.join(', ')}`;
    findings.push({ name: 'delete', passed: true, detail });
  }
  return findings.map((finding) => ({ hint: '', object, ...finding }));
}

const conditions: Record<S3Traits['conditionalPut'], string> = {
  decides: 'a second put with If-None-Match was refused: of two writers the store picks one',
  ignored: 'a second put with If-None-Match was taken: Holdfast looks before it writes, and replaces nothing it sees',
  refused: 'If-None-Match is not known: Holdfast looks before it writes, and replaces nothing it sees',
};

function describeChecksums({ checksums }: S3Traits, settings: S3Settings): Finding {
  const name = 'checksums';
  const said = {
    checked: 'the store refuses a wrong CRC32',
    ignored: 'the store takes a wrong CRC32',
    refused: 'the store does not take CRC32 headers',
  }[checksums];
  if (settings.checksums !== 'on' || checksums === 'checked') return { name, passed: true, detail: said };
  return { name, passed: false, detail: said, hint: 'Set s3.checksums to "auto": an MD5 is sent and compared then.' };
}

function describeEncryption({ encryption }: S3Traits, { serverSideEncryption }: S3Settings): Finding {
  const name = 'encryption by the store';
  const told = encryption ?? 'the store tells of none';
  if (serverSideEncryption === undefined || serverSideEncryption === encryption)
    return { name, passed: true, detail: told };
  const hint = 'Take s3.serverSideEncryption away, or let Holdfast encrypt with a key of its own.';
  return { name, passed: false, detail: `${serverSideEncryption} was asked for: ${told}`, hint };
}

function describeStorageClass({ storageClass }: S3Traits, settings: S3Settings): Finding {
  const name = 'storage class';
  if (settings.storageClass === undefined || settings.storageClass === storageClass) {
    return { name, passed: true, detail: storageClass };
  }
  const detail = `${settings.storageClass} was asked for: the store keeps objects in ${storageClass}`;
  return { name, passed: false, detail, hint: 'Set s3.storageClass to one that the store has, or take it away.' };
}

function describeVersions({ versions }: S3Traits): string {
  return versions === null ? 'versions: not known' : `versions: ${versions}`;
}

function describeLock({ objectLock }: S3Traits): string {
  if (objectLock === null) return 'Object Lock: not known';
  return objectLock === 'off' ? 'Object Lock: off' : `Object Lock: ${objectLock.mode}, ${objectLock.period}`;
}

function describeLifecycle({ lifecycle }: S3Traits): Finding {
  const name = 'lifecycle';
  if (lifecycle === null) return { name, passed: true, detail: 'not known' };
  if (lifecycle.expires.length > 0) {
    const detail = `objects of the repository expire by the rules ${lifecycle.expires.join(', ')}`;
    const hint =
      'Take the rules away from the prefix: old chunks belong to new backups too. `holdfast prune` removes what is old.';
    return { name, passed: false, detail, hint };
  }
  const uploads = lifecycle.endsUploads ? 'unfinished uploads are ended' : 'no rule ends unfinished uploads';
  return { name, passed: true, detail: `no rule expires objects, ${uploads}` };
}

function describeClock({ clockAheadMs, latencyMs }: S3Traits): Finding {
  const name = 'clock, latency';
  const latency = `${Math.max(1, Math.round(latencyMs))} ms to an answer`;
  if (clockAheadMs === null) return { name, passed: true, detail: `the store's clock is not known, ${latency}` };
  const away = Math.abs(clockAheadMs);
  if (away <= 1500) return { name, passed: true, detail: `the store's clock agrees, ${latency}` };
  const detail = `the store's clock is ${prettyMs(away, { secondsDecimalDigits: 0 })} ${clockAheadMs > 0 ? 'ahead' : 'behind'}, ${latency}`;
  if (away <= tolerableClockMs) return { name, passed: true, detail };
  return {
    name,
    passed: false,
    detail,
    hint: 'Set the clock of this machine (NTP): ages of backups and of locks go by it.',
  };
}
