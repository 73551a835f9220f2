// The tests' S3 server in a process of its own: prints how to reach it, and serves until it is killed.
import { startS3Server } from '#tests/support/s3-server.ts';

const { endpoint, bucket, account } = await startS3Server();
console.log(JSON.stringify({ endpoint, bucket, ...account }));
