/**
 * The one place where content is turned into stored bytes and given its name, and back. The plain seal stores content
 * as it is; encryption is another seal, and nothing else of the repository changes with it.
 */
export interface ObjectSeal {
  /** The same content always gets the same name, so that it is stored once. @throws RefusedError without a key. */
  sealChunk(parts: readonly Uint8Array[]): { name: string; parts: readonly Uint8Array[] };
  /** The content, or `undefined` where the stored bytes are not what `name` stands for. */
  openChunk(name: string, stored: Buffer): Buffer | undefined;
  /** What is stored of content that lies under a key and not under its name. @throws RefusedError without a key. */
  sealDocument(key: string, content: Buffer): readonly Uint8Array[];
  /** The content, or `undefined` where the bytes were not sealed for this key. @throws RefusedError without its key. */
  openDocument(key: string, stored: Buffer): Buffer | undefined;
}
