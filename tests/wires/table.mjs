// The wires in table/, and the Markdown table about them. `npm run wires` writes it to table.md.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { unfit } from "./unfit.mjs";

/** @typedef {import("./wire.mjs").Wire} Wire */

const folder = new URL("table/", import.meta.url);
const files = (await readdir(folder)).sort((left, right) => left.localeCompare(right, "en"));

/** Every wire, by application. @type {Wire[]} */
export const wires = await Promise.all(files.map(async (file) => (await import(`${new URL(file, folder)}`)).default));

const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));

/** Returns the names of everything that a wire needs, in the order of its options. @param {Wire} wire */
export function listNeeds(wire) {
  const { url, adapter = {}, ...options } = wire.options("http://test");
  const names = Object.entries(options).map(([name, value]) => (name === "sockets" ? `${name}: ${value}` : name));
  return [...names, ...Object.keys(adapter)];
}

/** Returns the table as Markdown. */
export function writeTable() {
  const total = wires.length + unfit.length;
  return `# Wires of real applications

Of ${total} applications whose frames could be read in full, ${wires.length} can use the package with their server as it
is, and \`wires.test.mjs\` runs each of these. The applications were chosen for the variety of their wires, not drawn at
random. "Lines" counts the code that the page needs: all its options, the address included, and the functions that they
call.

| application | file | its wire | lines | needs |
| --- | --- | --- | --- | --- |
${wires.map((wire, n) => writeRow(wire, countLines(sources[n]))).join("\n")}

## Does not fit

| application | file | because |
| --- | --- | --- |
${unfit.map(({ application, file, because }) => `| ${link(application)} | \`${file}\` | ${because} |`).join("\n")}
`;
}

/** @param {Wire} wire @param {number} lines */
function writeRow(wire, lines) {
  const needs = listNeeds(wire).map((name) => `\`${name}\``);
  return `| ${link(wire.application)} | \`${wire.file}\` | ${wire.summary} | ${lines} | ${needs.join(", ")} |`;
}

/** Counts the lines of code that a page needs: the options in a fixture's source, and what stands beside the wire. */
function countLines(source) {
  const lines = source.split("\n");
  const at = (start) => lines.findIndex((line) => line.startsWith(start));
  const options = lines.slice(at("  options:"), at("  server: {"));
  const beside = [...lines.slice(0, at("export default")), ...lines.slice(at("});") + 1)];
  return [...options, ...beside].filter((line) => !/^(import .*|\s*(\/\/|\/\*\*|\* ).*|\s*)$/.test(line)).length;
}

/** @param {string} application */
function link(application) {
  return `[${application}](https://github.com/${application})`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFile(new URL("table.md", import.meta.url), writeTable());
}
