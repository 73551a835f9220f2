/** The journal of a server process, in its state folder. */
export const serverJournal = 'server.jsonl';
