"""The style of a page of a report."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e8eaed); --soft: light-dark(#5b6470, #9aa4b0);
  --line: light-dark(#d9dee4, #343b44); --ground: light-dark(#fff, #14171b); --card: light-dark(#f6f8fa, #1d2228);
  --mark: light-dark(#2861c8, #6ea0ff); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 26px; margin: 0; }
h2 { font-size: 17px; margin: 32px 0 8px; }
.period, .before, .interval, .note, small, figcaption { color: var(--soft); }
.lead { grid-template-columns: repeat(auto-fill, minmax(min(225px, 100%), 1fr)) !important; }
.lead article:first-child { border-left: 4px solid var(--mark); }
.lead article .value { font-size: 30px; }
.lead article.refused p { font-size: 17px; font-weight: 600; }
@media (min-width: 620px) { .lead article:first-child { grid-column: span 2; } }
@media (min-width: 1250px) {
  .lead { grid-template-columns: repeat(4, 1fr) !important; }
  .lead article:first-child:nth-last-child(4n) { grid-column: span 1; }
}
.more > summary { font-size: 17px; font-weight: 700; margin-top: 32px; cursor: pointer; padding: 6px 0; }
details.numbers > summary { cursor: pointer; color: var(--soft); font-size: 13px; padding: 6px 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 12px; margin-top: 20px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
article h2 { font-size: 14px; font-weight: 500; margin: 0; color: var(--soft); }
article p { margin: 2px 0 0; font-size: 13px; }
article .value { font-size: 24px; font-weight: 600; }
small { font-size: 12px; font-weight: 400; }
figure { margin: 0 0 12px; }
svg { width: 100%; max-width: 520px; height: auto; }
svg rect { fill: var(--mark); }
svg polyline { fill: none; stroke: var(--mark); stroke-width: 2; stroke-linejoin: round; }
svg .axis { stroke: var(--line); }
svg .label { fill: var(--soft); font-size: 14px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
thead th { color: var(--soft); font-size: 13px; vertical-align: bottom; }
tbody th, td { min-width: 112px; max-width: 340px; overflow-wrap: anywhere; }
.number { text-align: right; min-width: 0; }
td.number, td.number small { white-space: nowrap; }
td.number small { display: block; }
thead .number { max-width: 110px; }
td[style] { background: color-mix(in srgb, var(--mark) var(--heat), transparent); padding-inline: 6px; }
tr:has(td[style]) .number, table:has(td[style]) thead .number { padding-inline: 6px; }
@media print { details::details-content { content-visibility: visible; display: block; }
  main { max-width: none; } article { break-inside: avoid; } }
"""
