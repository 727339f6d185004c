// The documentation's code blocks. A block may have a name behind its language, ```js server.mjs: the file that a
// reader would write it to. Tests run it by that name.

import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";

import { testFile } from "../support/bundle.mjs";

const PAGES = ["README.md", "PROTOCOL.md", ...readdirSync(testFile("../docs")).map((name) => `docs/${name}`)];

/**
 * @typedef {object} Block
 * @property {string} page by its path in the repository
 * @property {number} line of its first line
 * @property {string} language
 * @property {string | undefined} name
 * @property {string} text
 * @property {string} file where it is written to, in the workshop
 */

/** Every page of the documentation, by its path in the repository. */
export const pages = new Map(PAGES.map((path) => [path, readFileSync(testFile(`../${path}`), "utf8")]));

/** @type {Block[]} */
export const blocks = [...pages].flatMap(([page, text]) => blocksOf(page, text));

/** A block by its page and name. @param {string} page @param {string} name */
export function block(page, name) {
  const found = blocks.find((block) => block.page === page && block.name === name);
  if (!found) throw new Error(`${page} has no block that is named ${name}`);
  return found;
}

/** @param {string} page @param {string} text @returns {Block[]} */
function blocksOf(page, text) {
  const lines = text.split("\n");
  const fences = lines.flatMap((line, i) => (line.startsWith("```") ? [i] : []));
  if (fences.length % 2 === 1) throw new Error(`${page}: a code block has no end`);
  const blocks = [];
  for (let i = 0; i < fences.length; i += 2) {
    const [language, name] = lines[fences[i]].slice(3).trim().split(/\s+/);
    const line = fences[i] + 2;
    const file = `${basename(page, ".md").toLowerCase()}/${name ?? `line-${line}.${language}`}`;
    const text = `${lines.slice(fences[i] + 1, fences[i + 1]).join("\n")}\n`;
    blocks.push({ page, line, language, name, file, text });
  }
  return blocks;
}
