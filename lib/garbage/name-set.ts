/** Bytes of a name that are kept: 128 bits of a SHA-256, so that two names are never taken for one. */
const bytesOfName = 16;
const words = bytesOfName / 4;

/**
 * A set of content names (64 hex digits) in a flat buffer: 16 bytes a name at a load of at most two thirds, where a
 * `Set` of strings takes about 150. Names are evenly spread already, so the first word is the hash.
 */
export class NameSet {
  #slots = new Uint32Array(1024 * words);
  #capacity = 1024;
  #size = 0;
  readonly #bytes = Buffer.alloc(bytesOfName);
  readonly #name = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, words);

  get size(): number {
    return this.#size;
  }

  /** Answers whether the name is new. */
  add(name: string): boolean {
    this.#read(name);
    const slot = this.#find();
    if (!this.#isFree(slot)) return false;
    this.#slots.set(this.#name, slot * words);
    this.#size++;
    if (this.#size * 3 > this.#capacity * 2) this.#grow();
    return true;
  }

  has(name: string): boolean {
    this.#read(name);
    return !this.#isFree(this.#find());
  }

  #read(name: string): void {
    this.#bytes.fill(0);
    this.#bytes.write(name, 'hex');
    // A slot of zeros is a free one.
    this.#bytes.writeUInt8(this.#bytes.readUInt8(bytesOfName - 1) | 1, bytesOfName - 1);
  }

  /** The slot that holds the name, or the free one where it belongs. */
  #find(): number {
    const mask = this.#capacity - 1;
    for (let slot = (this.#name[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      if (this.#isFree(slot) || this.#isHere(slot)) return slot;
    }
  }

  #isFree(slot: number): boolean {
    return this.#slots[slot * words + words - 1] === 0;
  }

  #isHere(slot: number): boolean {
    const at = slot * words;
    for (let word = 0; word < words; word++) if (this.#slots[at + word] !== this.#name[word]) return false;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Uint32Array(this.#capacity * words);
    for (let at = 0; at < before.length; at += words) {
      if (before[at + words - 1] === 0) continue;
      this.#name.set(before.subarray(at, at + words));
      this.#slots.set(this.#name, this.#find() * words);
    }
  }
}
