/** The look of a report, on screen and on paper; black and white tell the verdicts too. */
export const reportStyle = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #14191f; font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
.verdict { font-weight: 600; padding: .6rem .8rem; border: 2px solid; }
.passed { color: #136639; }
.failed { color: #a41d1a; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; }
dt { color: #55606c; }
dd { margin: 0; overflow-wrap: anywhere; }
@media screen { .wide { overflow-x: auto; } .wide table { min-width: 40rem; } }
table { width: 100%; border-collapse: collapse; font-size: .85rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid #dde2e8; overflow-wrap: anywhere; }
thead th { color: #55606c; font-weight: 500; }
tbody th { font-weight: 500; }
.n { text-align: right; }
code { font-size: .75rem; }
td.passed, td.failed { white-space: nowrap; }
footer { margin-top: 2rem; color: #55606c; font-size: .8rem; }
`;
