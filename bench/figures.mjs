// Writes the measurements in results.json as text and tables between the two marks of each page: `npm run figures`.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { claimTables } from "./claims.mjs";
import { serverTable } from "./server/table.mjs";
import { costTable, handOverTable } from "./tabs/table.mjs";
import { targetTable } from "./targets.mjs";

// This file imports nothing that the benchmark installs, so that its test runs without an installation.
const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const MARKS = /(<!-- figures -->\n)[^]*?(<!-- \/figures -->)/;

/** Each page that has figures, and the function that renders them. */
const PAGES = {
  [file("../README.md")]: summary,
  [file("../docs/measurements.md")]: (/** @type {any} */ results) =>
    [targets(results), claims(results), tabs(results), server(results)].join("\n"),
};

export const pages = Object.keys(PAGES);

/** Returns the page with its figures replaced by those in results.json. @param {string} page @param {string} text */
export function withFigures(page, text) {
  if (!MARKS.test(text)) throw new Error(`${page} must contain <!-- figures --> and <!-- /figures -->`);
  const results = JSON.parse(readFileSync(file("results.json"), "utf8"));
  return text.replace(MARKS, (_, begin, end) => `${begin}\n${PAGES[page]?.(results)}\n${end}`);
}

/** The README's two lines. @param {any} results */
function summary(results) {
  const rows = targetTable(results);
  const met = rows.filter(({ met }) => met === "yes").length;
  const speedups = rows.filter(({ measurement }) => measurement.startsWith("speedup through React over the replaced"));
  const [few, many] = [speedups[0], speedups.at(-1)].map((row) => row?.Chromium);
  return `Measured in Chromium: React shows a message ${few} to ${many} as fast as with a hand-written hook on one socket (1 to 1,000
conversations open). ${met} of ${rows.length} targets are met: see [targets and results](docs/measurements.md#targets).
`;
}

/** @param {any} results */
function targets(results) {
  const { browsers, machine } = results;
  const rows = targetTable(results);
  const cells = rows.map(({ measurement, target, Chromium, Firefox, met }) => ({
    measurement,
    target,
    Chromium,
    ...(browsers.firefox ? { Firefox } : {}),
    met: met === "yes" ? "✓" : "✗",
  }));
  const versions = [`Chromium ${browsers.chromium}`, ...(browsers.firefox ? [`Firefox ${browsers.firefox}`] : [])];
  const reasons = rows.filter(({ why }, i) => why && rows.findIndex((other) => other.why === why) === i);
  const missed = reasons.map(({ measurement, why }) => `- *${measurement}*: ${why}\n`).join("");
  return `## Targets

${table(cells)}
Reasons for the targets that are not met:

${missed}
Measured by \`make bench\` on ${machine.cores} cores, ${versions.join(", ")}.
`;
}

/** @param {any} results */
function claims(results) {
  return claimTables(results.network)
    .map(({ title, rows }) => `## ${title}\n\n${table(rows)}`)
    .join("\n");
}

/** @param {any} results */
function tabs({ tabs, browsers, machine }) {
  if (!tabs) return "";
  return `## Tabs

One user's tabs with a connection each / with \`share: true\`. The messages on the line are another user's, and reach
every tab; those that are acknowledged are one tab's, with \`share\` a follower's, and pass through the leader. Figures are
medians of three browsers. Measured by \`make bench-tabs\` on ${machine.cores} cores, Chromium ${browsers.chromium}, with the
server on the same machine.

${table(costTable(tabs))}
The time until another of five tabs has the connection. A leader that hangs runs a script for ${tabs.hanging / 1000} s: the others
open WebSockets 5 s after its last word.

${table(handOverTable(tabs))}`;
}

/** @param {any} results */
function server({ server, machine }) {
  if (!server) return "";
  return `## The server

Each user takes part in ${server.conversationsPerUser} conversations of ${server.peoplePerConversation} people. One server process, Redis and all clients share
${machine.cores} cores. After the messages all users reconnect at once, until each has its \`welcome\`; and one user with
${server.many?.toLocaleString("en")} conversations connects, until its \`welcome\`. Measured by \`make bench-server\`.

${table(serverTable(server))}`;
}

/** @param {Record<string, string>[]} rows */
function table(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, columns.map(() => "---"), ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of pages) writeFileSync(page, withFigures(page, readFileSync(page, "utf8")));
}
