// What was measured, in words and tables, from results.json: `npm run figures` writes it between the two marks of each page.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { claimTables } from "./claims.mjs";
import { reachTable } from "./reach.mjs";
import { serverTable } from "./server/table.mjs";

// Nothing of the benchmark itself is needed, so that the test runs without installing it.
const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const MARKS = /(<!-- figures -->\n)[^]*?(<!-- \/figures -->)/;

/** Each page that has figures, and what makes them. */
const PAGES = {
  [file("../../README.md")]: reach,
  [file("../../docs/measurements.md")]: (/** @type {any} */ results) =>
    [claims(results), server(results)].join("\n"),
};

export const pages = Object.keys(PAGES);

/** The page as it should be. @param {string} page @param {string} text as it is */
export function withFigures(page, text) {
  if (!MARKS.test(text)) throw new Error(`${page} has no <!-- figures --> and <!-- /figures --> to write between`);
  const results = JSON.parse(readFileSync(file("results.json"), "utf8"));
  return text.replace(MARKS, (_, begin, end) => `${begin}\n${PAGES[page]?.(results)}\n${end}`);
}

/** @param {any} results */
function reach(results) {
  const { browsers, machine } = results;
  const aims = reachTable(results);
  const rows = aims.map(({ what, reach, Chromium, Firefox, met }) => ({
    "": what,
    reach,
    Chromium,
    ...(browsers.firefox ? { Firefox } : {}),
    met: met === "yes" ? "✓" : "✗",
  }));
  const versions = [`Chromium ${browsers.chromium}`, ...(browsers.firefox ? [`Firefox ${browsers.firefox}`] : [])];
  const reasons = aims.filter(({ why }, i) => why && aims.findIndex((other) => other.why === why) === i);
  const missed = reasons.map(({ what, why }) => `- *${what}*: ${why}\n`).join("");
  return `${table(rows)}\nWhy not:\n\n${missed}\nMeasured by \`make bench\` on ${machine.cores} cores, ${versions.join(", ")}.\n`;
}

/** @param {any} results */
function claims(results) {
  const tables = claimTables(results.network).map(({ title, rows }) => `## ${title}\n\n${table(rows)}`);
  return tables.join("\n");
}

/** @param {any} results */
function server({ server, machine }) {
  if (!server) return "";
  return `## The server

${server.conversationsPerUser} conversations for each user, ${server.peoplePerConversation} people in each, one server process with
Redis and all the clients on the same ${machine.cores} cores. Measured by \`make bench-server\`.

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
