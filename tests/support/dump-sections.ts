/** One object of a plain dump: pg_dump's own heading (`Name: x; Type: TABLE; Schema: y; Owner: z`) and what follows. */
export interface DumpSection {
  heading: string;
  body: string;
}

const headingPattern = /^--\n-- ((?:Name|Data for Name): .*)\n--\n/gm;

/** Cuts the plain output of pg_dump at its headings; what comes before the first one is the section ''. */
export function splitDump(dump: string): DumpSection[] {
  const sections: DumpSection[] = [];
  let heading = '';
  let start = 0;
  for (const match of dump.matchAll(headingPattern)) {
    sections.push({ heading, body: dump.slice(start, match.index) });
    heading = match[1] ?? '';
    start = match.index + match[0].length;
  }
  sections.push({ heading, body: dump.slice(start) });
  return sections;
}
