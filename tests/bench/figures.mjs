// The README's figures, from results.json: `npm run figures` writes them between the two marks.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { reachTable } from "./reach.mjs";

// Nothing of the benchmark itself is needed, so that the test runs without installing it.
const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

export const README = file("../../README.md");

const MARKS = /(<!-- figures -->\n)[^]*?(<!-- \/figures -->)/;

/** What is to stand between the marks. */
export function figures() {
  const results = JSON.parse(readFileSync(file("results.json"), "utf8"));
  const { machine, browsers } = results;
  const firefox = browsers.firefox ? ["Firefox"] : [];
  const header = ["", "reach", "Chromium", ...firefox, ""];
  const rows = reachTable(results).map((row) => {
    const met = row.met === "yes" ? "✓" : "✗";
    return [row.what, row.reach, row.Chromium, ...(browsers.firefox ? [row.Firefox] : []), met];
  });
  const lines = [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const versions = [`Chromium ${browsers.chromium}`, ...(browsers.firefox ? [`Firefox ${browsers.firefox}`] : [])];
  return `${lines.join("\n")}\n\nMeasured by \`make bench\` on ${machine.cores} cores, ${versions.join(", ")}.\n`;
}

/** What stands there. @param {string} readme @returns {string} @throws when the README has no marks */
export function written(readme) {
  const match = MARKS.exec(readme);
  if (!match) throw new Error("README.md has no <!-- figures --> and <!-- /figures --> to write between");
  return match[0];
}

/** @param {string} readme */
export function withFigures(readme) {
  written(readme);
  return readme.replace(MARKS, (_, begin, end) => `${begin}\n${figures()}\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(README, withFigures(readFileSync(README, "utf8")));
}
