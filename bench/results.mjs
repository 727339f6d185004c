// The file of all results, results.json. Each benchmark measures a part of it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { file } from "./site.mjs";

const RESULTS = file("results.json");

/**
 * Replaces these parts, and keeps the others.
 *
 * @param {Record<string, unknown>} parts
 * @param {(key: string, value: unknown) => unknown} [replacer] that of JSON.stringify
 */
export function saveResults(parts, replacer) {
  const known = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
  writeFileSync(RESULTS, `${JSON.stringify({ ...known, ...parts }, replacer, 2)}\n`);
}
