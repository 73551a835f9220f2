// Prints the rows of one table of a backup as COPY text, with nothing but Node.js 24: a reader of the format that
// docs/repository-format.md describes, for repositories in a folder, plain and encrypted.
//
//   HOLDFAST_KEY=holdfast-key-1:... node read-table.mjs REPOSITORY CONNECTION/BACKUP SCHEMA.TABLE
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

const [repository, backup, wanted] = process.argv.slice(2);
// biome-ignore lint/style/noProcessEnv: this is a program of its own.
const master = Buffer.from((process.env.HOLDFAST_KEY ?? '').replace(/^holdfast-key-1:/, ''), 'base64url');
const derive = (use, length = 32) => Buffer.from(hkdfSync('sha256', master, '', `holdfast/1/${use}`, length));
const hmac = (use, ...parts) =>
  parts.reduce((mac, part) => mac.update(part), createHmac('sha256', derive(use))).digest();
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function check(sound, message) {
  if (!sound) throw new Error(message);
}

/** A sealed object: magic (8 bytes), key id (8), nonce (12), ciphertext, tag (16). */
function unseal(stored, context) {
  check(stored.subarray(0, 8).toString() === 'HFSEAL1\n', 'not a sealed object');
  const keyId = stored.subarray(8, 16).toString('hex');
  check(keyId === derive('key-id', 8).toString('hex'), `sealed under key id ${keyId}`);
  const nonce = stored.subarray(16, 28);
  const decipher = createDecipheriv('aes-256-gcm', derive('encryption'), nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.concat([stored.subarray(0, 16), Buffer.from(context)])).setAuthTag(stored.subarray(-16));
  const content = Buffer.concat([decipher.update(stored.subarray(28, -16)), decipher.final()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(context));
  const mac = hmac('nonce', length, context, content);
  check(mac.subarray(0, 12).equals(nonce), 'the nonce is not that of the content');
  return { content, name: hmac('name', mac).toString('hex') };
}

function readManifest(key) {
  const bytes = readFileSync(`${repository}/${key}`);
  const envelope = JSON.parse(bytes);
  if (envelope.sha256 !== undefined) {
    check(sha256(bytes.subarray(88, -2)) === envelope.sha256, `${key} was changed`);
    return envelope.manifest;
  }
  const { content } = unseal(Buffer.from(envelope.sealed, 'base64'), key);
  check(hmac('manifest', bytes.subarray(75, -2)).toString('hex') === envelope.hmac, `${key} was changed`);
  return JSON.parse(content);
}

function readChunk(name) {
  const stored = readFileSync(`${repository}/chunks/${name.slice(0, 2)}/${name}`);
  const { content, name: found } = encryption === null ? { content: stored, name: sha256(stored) } : unseal(stored, '');
  check(found === name, `chunk ${name} is not what its name says`);
  return content;
}

/** Node decodes one zstd frame a call, and says how much of the input that was. */
function* decode(content, codec) {
  if (codec === 'gzip') yield gunzipSync(content);
  for (let rest = content; codec === 'zstd' && rest.length > 0; ) {
    const { buffer, engine } = zstdDecompressSync(rest, { info: true });
    yield buffer;
    rest = rest.subarray(engine.bytesWritten);
  }
}

const { encryption } = JSON.parse(readFileSync(`${repository}/holdfast.json`));
check((encryption === null) === (master.length === 0), 'HOLDFAST_KEY is for encrypted repositories, and only for them');
const manifest = readManifest(`backups/${backup}/manifest.json`);
const tables = manifest.tables.filter(({ schema, name }) => `${schema}.${name}` === wanted);
check(tables.length === 1, `no table ${wanted}`);
for (const { name } of tables[0].chunks)
  for (const text of decode(readChunk(name), manifest.codec)) process.stdout.write(text);
