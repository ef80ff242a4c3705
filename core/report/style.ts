/** The page's style: one column, light or dark as the reader has it, legible at 320 px and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #1c2024; --muted: #5d646d; --line: #d9dbde; --faint: #ecedee;
  --series: #3b6ea8; --second: #8a5fb0; --quiet: #a3a9b1; --limit: #5d646d;
  --good: #1f7a4d; --warn: #a85b00; --bad: #b3261e; --good-tint: #e9f4ee; --warn-tint: #fcf1e2; --bad-tint: #fbebea; --plain-tint: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1b1f23; --ink: #e7e9eb; --muted: #a0a8b1; --line: #3a4047; --faint: #292e33;
    --series: #7aaee6; --second: #c09ae3; --quiet: #737b85; --limit: #a0a8b1;
    --good: #6cc79a; --warn: #f0ab5a; --bad: #ff8a80; --good-tint: #182a21; --warn-tint: #2f2417; --bad-tint: #331d1c; --plain-tint: #22272d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 40px 24px 72px; }
a { color: var(--series); text-underline-offset: 2px; }
h1, h2, h3, p, ul, ol, dl, figure, table { margin: 0; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: 19px; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 15px; font-weight: 600; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.88em; overflow-wrap: anywhere; }
.eyebrow { color: var(--muted); font-size: 14px; margin-bottom: 14px; overflow-wrap: anywhere; }
.verdict { border-left: 4px solid var(--tone); background: var(--tint); border-radius: 4px; padding: 22px 26px 24px; }
.verdict h1 { color: var(--tone); }
.verdict > p { margin-top: 10px; max-width: 68ch; }
.verdict h3 { margin-top: 18px; }
.verdict ul { margin-top: 4px; padding-left: 20px; }
.verdict li { margin-top: 4px; max-width: 76ch; overflow-wrap: anywhere; }
.good { --tone: var(--good); --tint: var(--good-tint); }
.warned { --tone: var(--warn); --tint: var(--warn-tint); }
.bad { --tone: var(--bad); --tint: var(--bad-tint); }
.neutral { --tone: var(--ink); --tint: var(--plain-tint); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 18px 24px; margin-top: 28px; }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { margin: 0; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; line-height: 1.35; }
.facts small { display: block; color: var(--muted); font-size: 13px; font-weight: 400; }
section { margin-top: 44px; }
section > p, .note { color: var(--muted); font-size: 14px; max-width: 76ch; margin-top: 6px; overflow-wrap: anywhere; }
.checks { list-style: none; padding: 0; margin-top: 12px; border-top: 1px solid var(--line); }
.checks li { display: grid; grid-template-columns: 26px 1fr; padding: 9px 0; border-bottom: 1px solid var(--faint); }
.checks .mark { font-weight: 700; color: var(--tone, var(--muted)); }
.checks .skipped { color: var(--muted); }
.checks b { font-weight: 600; }
.checks span { overflow-wrap: anywhere; min-width: 0; }
figure { margin-top: 16px; background: var(--card); border: 1px solid var(--faint); border-radius: 6px; padding: 14px 14px 8px; }
figcaption { font-size: 14px; color: var(--muted); display: flex; flex-wrap: wrap; gap: 2px 18px; margin-bottom: 4px; }
figcaption b { color: var(--ink); font-weight: 600; flex-basis: 100%; }
.key::before { content: ''; display: inline-block; width: 14px; height: 0; border-top: 3px solid var(--c); vertical-align: middle; margin-right: 7px; }
.key.dashed::before { border-top-style: dashed; border-top-width: 2px; }
.key.dot::before { width: 7px; height: 7px; border: 0; border-radius: 50%; background: var(--c); }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
.narrow { display: none; }
.table { overflow-x: auto; margin-top: 12px; }
table { border-collapse: collapse; min-width: min(100%, 420px); font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--muted); font-size: 13px; white-space: nowrap; }
th, td { padding: 8px 20px 8px 0; border-bottom: 1px solid var(--faint); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom-color: var(--line); }
td { overflow-wrap: break-word; }
td.short code { overflow-wrap: normal; }
.long { overflow-wrap: anywhere; min-width: 18ch; }
.name { white-space: nowrap; }
h3.part { margin-top: 22px; }
.examples { list-style: none; padding: 0; font-size: 14px; }
.examples li { margin-top: 12px; overflow-wrap: anywhere; }
.examples .where { color: var(--muted); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.record { display: block; max-height: 7.8em; overflow: auto; white-space: pre-wrap; background: var(--faint); border-radius: 4px; padding: 6px 9px; margin-top: 5px; font-size: 12.5px; line-height: 1.5; }
footer { margin-top: 52px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--muted); font-size: 14px; overflow-wrap: anywhere; }
footer ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 20px; }
footer p { margin-top: 6px; }
@media (max-width: 640px) {
  main { padding: 20px 16px 48px; }
  h1 { font-size: 24px; }
  .verdict { padding: 16px 16px 18px; }
  .facts { grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 14px 16px; }
  .facts dd { font-size: 16px; }
  section { margin-top: 34px; }
  figure { padding: 12px 0 6px; border-width: 1px 0; border-radius: 0; background: none; }
  .name { white-space: normal; }
  .wide { display: none; }
  .narrow { display: block; }
  table.stacked, .stacked tbody, .stacked td { display: block; width: 100%; }
  .stacked thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacked tr { display: grid; grid-template-columns: 1fr 1fr; gap: 1px 16px; border-bottom: 1px solid var(--line); padding: 8px 0; }
  .stacked td { grid-column: 1 / -1; border: 0; padding: 0; white-space: normal; overflow-wrap: anywhere; min-width: 0; }
  .stacked td.number { grid-column: auto; text-align: left; }
  .stacked td[data-label]::before { content: attr(data-label) ' '; color: var(--muted); }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --faint: #ddd; --series: #2b5b92; --second: #7d4fa6; --quiet: #999; --limit: #444;
    --good: #17653e; --warn: #8f4d00; --bad: #9c1f18; --good-tint: #fff; --warn-tint: #fff; --bad-tint: #fff; --plain-tint: #fff; }
  main { max-width: none; padding: 0; }
  .record { max-height: none; }
  figure, .checks li, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
