// The row kernel: AssemblyScript, compiled to WebAssembly by `npm run build:kernel`.
// One instance serves one stream at a time. JavaScript owns the memory (imported) and its layout:
// bytes 0..63 hold the unhashed tail of a row that is cut by a buffer border, everything above is input and output.
// Input and output areas need 16 bytes of slack behind them: copies go in 16-byte steps.

const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
const PRIME4: u64 = 0x85ebca77c2b2ae63;
const PRIME5: u64 = 0x27d4eb2f165667c5;

const COPY_DATA: u32 = 0x64;
const NEWLINE: u32 = 0x0a;

// What `parse` returns.
const INPUT_USED_UP: i32 = 0;
const BLOCK_FULL: i32 = 1;
const MESSAGE: i32 = 2;
const ROW_END: i32 = 3;
const NOT_ONE_ROW: i32 = 4;
const BAD_LENGTH: i32 = 5;

/** Rows, bytes (newlines included) and digest since `resetCounts`. */
export let rows: u64 = 0;
export let bytes: u64 = 0;
export let digest: u64 = 0;

/** Where `parse` stopped in the input. */
export let position: u32 = 0;
/** The next byte of the output block to be written. */
export let blockPosition: u32 = 0;
/** The message whose header `parse` met: type and length of what follows the header. */
export let messageType: u32 = 0;
export let messageLength: u32 = 0;
/** Bytes of the current row that have not come yet, its newline included; 0 at a row border. */
export let rowLeft: u32 = 0;
/** 1 once a byte of the current row lies in a block. */
export let rowBegun: u32 = 0;

let blockStart: u32 = 0;
let blockEnd: u32 = 0;
let stopAtRowEnd: u32 = 0;
let hashing: u32 = 1;

let headerCount: u32 = 0;
let headerValue: u64 = 0;

// XXH64 state of a row that does not lie in one piece.
let lane1: u64 = 0;
let lane2: u64 = 0;
let lane3: u64 = 0;
let lane4: u64 = 0;
let hashedLength: u64 = 0;
let tailLength: u32 = 0;

export function resetCounts(): void {
  rows = 0;
  bytes = 0;
  digest = 0;
}

/** Forgets everything; `hash` 0 leaves the digest out. */
export function reset(hash: u32): void {
  resetCounts();
  hashing = hash;
  headerCount = 0;
  headerValue = 0;
  rowLeft = 0;
  rowBegun = 0;
  stopAtRowEnd = 0;
  startHash();
}

/** The block that the next rows go to. */
export function setBlock(start: u32, end: u32): void {
  blockStart = start;
  blockPosition = start;
  blockEnd = end;
}

/** 1: return ROW_END as soon as the current row is complete. */
export function setStopAtRowEnd(stop: u32): void {
  stopAtRowEnd = stop;
}

@inline
function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * PRIME2, 31) * PRIME1;
}

@inline
function mergeRound(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME1 + PRIME4;
}

@inline
function mergeLanes(a: u64, b: u64, c: u64, d: u64): u64 {
  let hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
  hash = mergeRound(hash, a);
  hash = mergeRound(hash, b);
  hash = mergeRound(hash, c);
  return mergeRound(hash, d);
}

@inline
function finishHash(start: u64, from: u32, end: u32): u64 {
  let hash = start;
  let p = from;
  while (p + 8 <= end) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * PRIME1 + PRIME4;
    p += 8;
  }
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * PRIME1), 23) * PRIME2 + PRIME3;
    p += 4;
  }
  while (p < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * PRIME5), 11) * PRIME1;
    p += 1;
  }
  hash = (hash ^ (hash >> 33)) * PRIME2;
  hash = (hash ^ (hash >> 29)) * PRIME3;
  return hash ^ (hash >> 32);
}

/** XXH64, seed 0, of the bytes from `start` to `end`. */
export function hashBytes(start: u32, end: u32): u64 {
  const length = end - start;
  let p = start;
  let hash: u64;
  if (length >= 32) {
    let a: u64 = PRIME1 + PRIME2;
    let b: u64 = PRIME2;
    let c: u64 = 0;
    let d: u64 = 0 - PRIME1;
    const limit = end - 32;
    do {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
      p += 32;
    } while (p <= limit);
    hash = mergeLanes(a, b, c, d);
  } else {
    hash = PRIME5;
  }
  return finishHash(hash + <u64>length, p, end);
}

function startHash(): void {
  lane1 = PRIME1 + PRIME2;
  lane2 = PRIME2;
  lane3 = 0;
  lane4 = 0 - PRIME1;
  hashedLength = 0;
  tailLength = 0;
}

@inline
function takeStripe(p: u32): void {
  lane1 = round(lane1, load<u64>(p));
  lane2 = round(lane2, load<u64>(p, 8));
  lane3 = round(lane3, load<u64>(p, 16));
  lane4 = round(lane4, load<u64>(p, 24));
}

function updateHash(start: u32, end: u32): void {
  let p = start;
  hashedLength += <u64>(end - start);
  if (tailLength > 0) {
    const room = 32 - tailLength;
    const take = min<u32>(room, end - p);
    memory.copy(tailLength, p, take);
    tailLength += take;
    p += take;
    if (tailLength < 32) return;
    takeStripe(0);
    tailLength = 0;
  }
  while (p + 32 <= end) {
    takeStripe(p);
    p += 32;
  }
  if (p < end) {
    memory.copy(0, p, end - p);
    tailLength = end - p;
  }
}

function endHash(): u64 {
  const hash = hashedLength >= 32 ? mergeLanes(lane1, lane2, lane3, lane4) : PRIME5;
  const result = finishHash(hash + hashedLength, 0, tailLength);
  startHash();
  return result;
}

@inline
function copyBytes(to: u32, from: u32, length: u32): void {
  let i: u32 = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < length);
}

/**
 * Walks a backend's bytes from `from` to `end`: the payload of CopyData goes to the block, counted and hashed; at any
 * other message's header it stops. Every CopyData of COPY TO STDOUT is one row (manual, "COPY Operations").
 */
export function parse(from: u32, end: u32): i32 {
  let p = from;
  while (true) {
    if (rowLeft == 0) {
      // A header that lies whole in the input; bytes 1..4 are big-endian.
      let length: u32;
      if (headerCount == 0 && p + 5 <= end) {
        messageType = <u32>load<u8>(p);
        length = bswap<u32>(load<u32>(p, 1));
        p += 5;
      } else {
        while (headerCount < 5 && p < end) {
          headerValue = (headerValue << 8) | <u64>load<u8>(p);
          p += 1;
          headerCount += 1;
        }
        if (headerCount < 5) {
          position = p;
          return INPUT_USED_UP;
        }
        messageType = <u32>(headerValue >> 32);
        length = <u32>headerValue;
        headerCount = 0;
        headerValue = 0;
      }
      if (length < 4 || length > 0x7fffffff) {
        position = p;
        return BAD_LENGTH;
      }
      if (messageType != COPY_DATA) {
        messageLength = length - 4;
        position = p;
        return MESSAGE;
      }
      rowLeft = length - 4;
      if (rowLeft == 0) {
        position = p;
        return NOT_ONE_ROW;
      }
    }
    if (!rowBegun) {
      if (rowLeft > blockEnd - blockPosition && blockPosition > blockStart) {
        position = p;
        return BLOCK_FULL;
      }
      if (rowLeft <= end - p && rowLeft <= blockEnd - blockPosition) {
        const last = p + rowLeft - 1;
        if (<u32>load<u8>(last) != NEWLINE) {
          position = p;
          return NOT_ONE_ROW;
        }
        copyBytes(blockPosition, p, rowLeft);
        blockPosition += rowLeft;
        if (hashing) digest += hashBytes(p, last);
        rows += 1;
        bytes += <u64>rowLeft;
        p = last + 1;
        rowLeft = 0;
        if (stopAtRowEnd) {
          position = p;
          return ROW_END;
        }
        continue;
      }
    }
    // A row that is cut by the end of the input or of the block.
    if (p == end) {
      position = p;
      return INPUT_USED_UP;
    }
    if (blockPosition == blockEnd) {
      position = p;
      return BLOCK_FULL;
    }
    rowBegun = 1;
    const take = min<u32>(min<u32>(rowLeft, end - p), blockEnd - blockPosition);
    memory.copy(blockPosition, p, take);
    blockPosition += take;
    rowLeft -= take;
    bytes += <u64>take;
    p += take;
    if (hashing) updateHash(p - take, rowLeft == 0 ? p - 1 : p);
    if (rowLeft == 0) {
      rowBegun = 0;
      if (<u32>load<u8>(p - 1) != NEWLINE) {
        position = p;
        return NOT_ONE_ROW;
      }
      if (hashing) digest += endHash();
      rows += 1;
      if (stopAtRowEnd) {
        position = p;
        return ROW_END;
      }
    }
  }
}

/** Counts and hashes plain COPY text; a row may go on in the next call. A newline byte never lies inside a row. */
export function scan(from: u32, end: u32): void {
  let row = from;
  let p = from;
  const newlines = i8x16.splat(<i8>NEWLINE);
  bytes += <u64>(end - from);
  while (p < end) {
    let mask: u32 = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), newlines));
    if (end - p < 16) mask &= (1 << (end - p)) - 1;
    while (mask != 0) {
      const newline = p + ctz<u32>(mask);
      mask &= mask - 1;
      if (rowBegun) {
        updateHash(row, newline);
        digest += endHash();
        rowBegun = 0;
      } else {
        digest += hashBytes(row, newline);
      }
      rows += 1;
      row = newline + 1;
    }
    p += 16;
  }
  if (row < end) {
    rowBegun = 1;
    updateHash(row, end);
  }
}
