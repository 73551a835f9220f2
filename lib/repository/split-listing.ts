/** An object as an answer to ListObjectsV2 names it. */
export interface NamedObject {
  Key: string;
  Size: number;
  LastModified: Date;
}

const [opening, closing] = ['<Contents>', '</Contents>'];

/**
 * Takes the objects out of the XML of a listing's page; `rest` is the page without them. `undefined` where one of them is
 * of another form than services use for keys of ours: an entity in its key, a prefix before a tag, a time of another zone.
 * Pure.
 */
export function splitListing(page: string): { objects: NamedObject[]; rest: string } | undefined {
  // A comment, or text that is no markup, may hold anything.
  if (page.includes('<!')) return undefined;
  const [head = '', ...parts] = page.split(opening);
  const objects: NamedObject[] = [];
  let rest = head;
  for (const part of parts) {
    const end = part.indexOf(closing);
    const object = end < 0 ? undefined : readObject(part.slice(0, end));
    if (object === undefined) return undefined;
    objects.push(object);
    rest += part.slice(end + closing.length);
  }
  return rest.includes('Contents') ? undefined : { objects, rest };
}

function readObject(text: string): NamedObject | undefined {
  const Key = /<Key>([\w./-]+)<\/Key>/.exec(text)?.[1];
  const size = /<Size>(\d+)<\/Size>/.exec(text)?.[1];
  const time = /<LastModified>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)<\/LastModified>/.exec(text)?.[1];
  if (Key === undefined || size === undefined || time === undefined) return undefined;
  const LastModified = new Date(time);
  return Number.isNaN(LastModified.getTime()) ? undefined : { Key, Size: Number(size), LastModified };
}
