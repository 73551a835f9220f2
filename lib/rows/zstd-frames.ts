/** What is wrong with stored bytes that are no sequence of whole zstd frames. */
class BadFrameError extends Error {
  override readonly name = 'BadFrameError';
}

const magic = 0xfd2fb528;

/**
 * The frames of concatenated zstd data, as views. Walks headers only (RFC 8878, sections 3.1.1.1 and 3.1.1.2).
 * @throws BadFrameError for bytes that are no frame, or not all of it.
 */
export function* splitZstdFrames(stored: Buffer): Generator<Buffer> {
  for (let start = 0; start < stored.length; ) {
    const end = findFrameEnd(stored, start);
    yield stored.subarray(start, end);
    start = end;
  }
}

function findFrameEnd(stored: Buffer, start: number): number {
  if (start + 5 > stored.length) throw new BadFrameError(`the zstd frame at byte ${start} is cut off`);
  if (stored.readUInt32LE(start) !== magic) throw new BadFrameError(`there is no zstd frame at byte ${start}`);
  const descriptor = stored.readUInt8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = singleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let position = start + 5 + windowBytes + dictionaryBytes + sizeBytes;
  for (let last = false; !last; ) {
    if (position + 3 > stored.length) throw new BadFrameError(`the zstd frame at byte ${start} is cut off`);
    const header = stored.readUIntLE(position, 3);
    last = (header & 1) === 1;
    // Type 1 is one byte that is repeated, type 3 is reserved; the others are as long as they say.
    const type = (header >> 1) & 3;
    if (type === 3) throw new BadFrameError(`the zstd frame at byte ${start} holds a block of a reserved type`);
    position += 3 + (type === 1 ? 1 : header >> 3);
  }
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  const end = position + checksumBytes;
  if (end > stored.length) throw new BadFrameError(`the zstd frame at byte ${start} is cut off`);
  return end;
}
