// Writes the list of checks into docs/conformance.md: npm run conformance.

import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { SECTIONS } from "../../pkg/conformance/checks.js";
import { testFile } from "../support/bundle.mjs";

export const PAGE = testFile("../docs/conformance.md");

const [BEGIN, END] = ["<!-- the list of checks: npm run conformance -->", "<!-- end of the list -->"];

/** Returns the page with the current list. @param {string} page */
export function withList(page) {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} must contain ${BEGIN} and ${END}`);
  return `${page.slice(0, before + BEGIN.length)}\n\n${list()}\n\n${page.slice(after)}`;
}

function list() {
  return SECTIONS.map(({ title, anchor, checks }, section) => {
    const rows = checks.map(
      ({ rule, level, layer }, index) => `| ${section + 1}.${index + 1} | ${rule} | ${level} | ${layer} |`,
    );
    const heading = `### ${section + 1}. [${title}](../PROTOCOL.md#${anchor})`;
    return [heading, "", "| check | the server | level | layer |", "| --- | --- | --- | --- |", ...rows].join("\n");
  }).join("\n\n");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(PAGE, withList(await readFile(PAGE, "utf8")));
}
