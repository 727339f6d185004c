// The documentation's pages and their code blocks. A block may have a name after its language, as in ```js server.mjs:
// the file in which a reader would save it. Tests find it by this name. Blocks of a page with the same name are parts
// of one file.

import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";

import { testFile } from "../support/bundle.mjs";

const PAGES = [...pagesIn(""), ...pagesIn("docs/"), "www/backend/README.md"];

/**
 * @typedef {object} Block
 * @property {string} page its path in the repository
 * @property {number} line the number of its first line
 * @property {string} language
 * @property {string | undefined} name
 * @property {string} text
 * @property {string} file its path in the workshop
 */

/** The text of every page of the documentation, by its path in the repository. */
export const pages = new Map(PAGES.map((path) => [path, readFileSync(testFile(`../${path}`), "utf8")]));

/** @type {Block[]} */
export const blocks = [...pages].flatMap(([page, text]) => blocksOf(page, text));

/** Returns the pages directly in a folder of the repository. @param {string} folder */
function pagesIn(folder) {
  const names = readdirSync(testFile(`../${folder}`)).filter((name) => name.endsWith(".md"));
  return names.map((name) => `${folder}${name}`);
}

/** Returns the text of each file in the workshop, joined from its blocks. @returns {Map<string, string>} */
export function filesOfBlocks() {
  const files = new Map();
  for (const { file, text } of blocks) files.set(file, `${files.get(file) ?? ""}${text}`);
  return files;
}

/** Returns a block by its page and name. @param {string} page @param {string} name */
export function block(page, name) {
  const found = blocks.find((block) => block.page === page && block.name === name);
  if (!found) throw new Error(`${page} must contain a block named ${name}`);
  return found;
}

/** @param {string} page @param {string} text @returns {Block[]} */
function blocksOf(page, text) {
  const lines = text.split("\n");
  const fences = lines.flatMap((line, i) => (line.startsWith("```") ? [i] : []));
  if (fences.length % 2 === 1) throw new Error(`${page}: a code block must end with \`\`\``);
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
