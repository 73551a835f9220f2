import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptGcm, encryptGcm } from '#lib/repository/encryption/aes-gcm.ts';
import { deriveKey } from '#lib/repository/encryption/derive-key.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** Bytes that count up from `first`. */
const counting = (first: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => first + i));

describe('HKDF-SHA-256 gives what RFC 5869, appendix A, says', () => {
  it.each([
    {
      name: 'A.1, basic',
      ikm: Buffer.alloc(22, 0x0b),
      salt: counting(0, 13),
      info: counting(0xf0, 10),
      okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      name: 'A.2, long inputs',
      ikm: counting(0, 80),
      salt: counting(0x60, 80),
      info: counting(0xb0, 80),
      okm: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
    {
      name: 'A.3, no salt and no info',
      ikm: Buffer.alloc(22, 0x0b),
      salt: Buffer.alloc(0),
      info: Buffer.alloc(0),
      okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  ])('$name', ({ ikm, salt, info, okm }) => {
    expect(deriveKey(ikm, { salt, info, length: okm.length / 2 }).toString('hex')).toBe(okm);
  });

  it('without a salt as with an empty one', () => {
    expect(deriveKey(Buffer.alloc(22, 0x0b), { info: '', length: 42 }).toString('hex')).toMatch(/^8da4e775a563c18f/);
  });
});

const longKey = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
const longText =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
const longCipher =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';

describe('AES-256-GCM gives what McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, say', () => {
  const cases = [
    {
      number: 13,
      key: '00'.repeat(32),
      nonce: '00'.repeat(12),
      text: '',
      aad: '',
      cipher: '',
      tag: '530f8afbc74536b9a963b4f1c4cb738b',
    },
    {
      ...{ number: 14, key: '00'.repeat(32), nonce: '00'.repeat(12), text: '00'.repeat(16), aad: '' },
      ...{ cipher: 'cea7403d4d606b6e074ec5d3baf39d18', tag: 'd0d1c8a799996bf0265b98b5d48ab919' },
    },
    {
      ...{ number: 15, key: longKey, nonce: 'cafebabefacedbaddecaf888', text: longText, aad: '' },
      ...{ cipher: longCipher, tag: 'b094dac5d93471bdec1a502270e3cc6c' },
    },
    {
      ...{ number: 16, key: longKey, nonce: 'cafebabefacedbaddecaf888', text: longText.slice(0, 120) },
      ...{ aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2', cipher: longCipher.slice(0, 120) },
      tag: '76fc6ece0f4e1768cddf8853bb2d551b',
    },
  ];

  it.each(cases)('case $number', ({ key, nonce, text, aad, cipher, tag }) => {
    const options = { key: createSecretKey(hex(key)), nonce: hex(nonce), aad: hex(aad) };
    // In one part and in several: a chunk comes in blocks.
    for (const parts of [[hex(text)], [hex(text).subarray(0, 5), hex(text).subarray(5, 6), hex(text).subarray(6)]]) {
      const sealed = encryptGcm(parts, options);
      expect(Buffer.concat(sealed.parts).toString('hex')).toBe(cipher);
      expect(sealed.tag.toString('hex')).toBe(tag);
    }
    const stored = { text: hex(cipher), tag: hex(tag) };
    expect(decryptGcm(stored, options)?.toString('hex')).toBe(text);
    const otherTag = Buffer.from(hex(tag).map((byte, at) => (at === 15 ? byte ^ 1 : byte)));
    expect(decryptGcm({ ...stored, tag: otherTag }, options)).toBeUndefined();
    expect(decryptGcm(stored, { ...options, aad: Buffer.concat([hex(aad), Buffer.alloc(1)]) })).toBeUndefined();
    expect(decryptGcm(stored, { ...options, nonce: Buffer.alloc(12, 7) })).toBeUndefined();
  });
});
