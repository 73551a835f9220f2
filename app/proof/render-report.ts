import { describeBytes, describeCount, describeTime } from '#lib/report/describe-amounts.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { digestProofDocument, type ProofDocument } from '#lib/run-view/proof-document.ts';
import { type Html, html } from './escape-html.ts';
import { type ProofSection, planProofView, type TableLine } from './plan-proof-view.ts';
import { reportStyle } from './report-style.ts';

/**
 * A proof as one HTML file without scripts and without anything from elsewhere: verdict, what was compared, every check,
 * and the SHA-256 of the JSON that the same run's proof downloads as. `by` and `at`: who made the report, and when.
 */
export function renderReport(document: ProofDocument, { by, at }: { by: string; at: string }): string {
  const { run, backup, proof } = document;
  const view = planProofView(proof, { onlyDifferences: false });
  const title = `Proof: ${describeRun({ run: { ...run, backup: backup?.id ?? null } })}`;
  const verdict = proof.passed
    ? html`<p class="verdict passed">✓ Proven. All ${describeCount(view.total)} checks passed.</p>`
    : html`<p class="verdict failed">✗ Not proven. ${describeCount(view.failed)} of ${describeCount(view.total)} checks failed.</p>`;
  const facts: [string, string | null][] = [
    ['Compared', proof.level === 'content' ? 'every row, by the digest of its table' : 'numbers of rows only'],
    ['Run', `${run.id} (${run.kind}, ${run.status})`],
    ['Started', describeTime(run.startedAt)],
    ['Ended', run.completedAt && describeTime(run.completedAt)],
    ['Target', run.target],
    ['Backup', backup?.id ?? null],
    ['Snapshot taken', backup && describeTime(backup.snapshotTakenAt)],
    ['WAL position', backup?.lsn ?? null],
    [
      'Source',
      backup && `${backup.connection}: database ${backup.source.database}, PostgreSQL ${backup.source.version}`,
    ],
    ['Rows', backup && describeCount(backup.rows)],
    ['Bytes', backup && describeBytes(backup.bytes)],
    ['Git', backup?.gitSha ?? null],
    ['Backup made by', backup && `Holdfast ${backup.holdfast}`],
    ['Report made by', `${by}, ${describeTime(at)}`],
    ['SHA-256 of the JSON', digestProofDocument(document)],
  ];
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: reportStyle }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${verdict}
<dl>${facts.filter(([, value]) => value !== null).map(([name, value]) => html`<dt>${name}</dt><dd>${value ?? ''}</dd>`)}</dl>
${view.tables.length > 0 ? renderTables(view.tables) : html``}
${view.sections.map(renderSection)}
<footer>Source: what the backup's snapshot held. Copy: what was read back from the restored database. Demanded: what the configuration asks of a query’s answer, whatever the source holds.</footer>
</main>
</body>
</html>
`.html
  }`;
}

function renderTables(tables: readonly TableLine[]): Html {
  return html`<h2>Tables</h2>
<div class="wide" tabindex="0" role="region" aria-label="Tables"><table><thead><tr><th>Table</th><th class="n">Rows, source</th><th class="n">Rows, copy</th><th>Digest, source</th><th>Digest, copy</th><th>Verdict</th></tr></thead>
<tbody>${tables.map(
    ({ table, rows, content, passed }) =>
      html`<tr><th>${table}</th><td class="n">${rows.expected}</td><td class="n">${rows.actual}</td><td><code>${content?.expected ?? 'not compared'}</code></td><td><code>${content?.actual ?? 'not compared'}</code></td>${verdictCell({ passed, verdict: passed ? 'equal' : 'differs' })}</tr>
`,
  )}</tbody></table></div>`;
}

function renderSection({ title, against, lines }: ProofSection): Html {
  return html`<h2>${title}</h2>
<div class="wide" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th>Object</th>${against.map((name) => html`<th>${name}</th>`)}<th>Copy</th><th>Verdict</th></tr></thead>
<tbody>${lines.map(
    ({ object, against: held, actual, passed, verdict }) =>
      html`<tr><th>${object}</th>${held.map((text) => html`<td>${text}</td>`)}<td>${actual}</td>${verdictCell({ passed, verdict })}</tr>
`,
  )}</tbody></table></div>`;
}

function verdictCell({ passed, verdict }: { passed: boolean; verdict: string }): Html {
  return passed ? html`<td class="passed">✓ ${verdict}</td>` : html`<td class="failed">✗ ${verdict}</td>`;
}
