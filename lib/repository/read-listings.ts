import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { type NamedObject, splitListing } from './split-listing.ts';

/**
 * Takes the objects out of a listing's pages before the SDK reads what is left of them. Its own reader, made for any
 * answer, takes several times as long, and no page of the console is answered meanwhile. A page that is not of the plain
 * form, and whatever is no page, is the SDK's as it came.
 */
export function readListings(client: S3Client): void {
  const objectsOf = new WeakMap<object, NamedObject[]>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const { response } = result;
        if (commandName !== 'ListObjectsV2Command' || !isGood(response) || !(response.body instanceof Readable))
          return result;
        const bytes = Buffer.concat(await response.body.toArray());
        const page = splitListing(bytes.toString('utf8'));
        response.body = page ? Buffer.from(page.rest) : bytes;
        if (page) objectsOf.set(response, page.objects);
        return result;
      },
    // Behind everything that reads bodies, and before what bounds the time they take.
    { step: 'deserialize', name: 'takeObjects', priority: 'low' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const objects = isGood(result.response) ? objectsOf.get(result.response) : undefined;
      if (objects) Object.assign(result.output, { Contents: objects });
      return result;
    },
    // Before everything: the SDK copies what it answers for a log that nobody reads.
    { step: 'initialize', name: 'giveObjects', priority: 'high' },
  );
}

function isGood(response: unknown): response is { statusCode: 200; body: unknown } {
  return (
    typeof response === 'object' &&
    response !== null &&
    'body' in response &&
    'statusCode' in response &&
    response.statusCode === 200
  );
}
