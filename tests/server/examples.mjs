// The example frames in `tests/wire/examples.json`.

import { readFileSync } from "node:fs";

const { frames, malformed } = JSON.parse(readFileSync(new URL("../wire/examples.json", import.meta.url), "utf8"));

/** @type {{name: string, layer: 0 | 1, code: string, text: string}[]} */
export const MALFORMED = malformed;
/** @type {{name: string, layer: 0 | 1, frame: any, answer: string}[]} */
export const FROM_CLIENT = frames.filter(({ from }) => from === "client");
/** @type {Map<string, any>} */
export const FROM_SERVER = new Map(
  frames.filter(({ from }) => from === "server").map((example) => [example.name, example.frame]),
);

/**
 * Returns the structure of a frame: the names, order and types of its members, without values. All maps from
 * conversations to numbers have the same shape, regardless of their size.
 *
 * @param {any} value
 */
export function shape(value) {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (Object.keys(value).every((name) => /^\d+$/.test(name))) return "numbers by conversation";
  return Object.entries(value).map(([name, inner]) => [name, shape(inner)]);
}
