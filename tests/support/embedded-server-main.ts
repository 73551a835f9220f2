import { inngest } from '#inngest/client.ts';
import { embedRunner } from '#inngest/local/embed-runner.ts';

/**
 * What a server process does for the functions, without the web: `node embedded-server-main.ts [EVENT]`. Embeds the
 * runner, sends the event (JSON) where one is given, says `ready`, and lives until it is killed.
 */
await embedRunner();
const [event] = process.argv.slice(2);
if (event !== undefined) await inngest.send(JSON.parse(event));
console.log('ready');
setInterval(() => undefined, 60_000);
