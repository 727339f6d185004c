// The code that a page loads: each package bundled and minified, without React.

import { readFileSync } from "node:fs";

import { plus, sizeOf, weigh } from "../pkg/build/weigh.mjs";
import { file } from "./site.mjs";

const ENTRIES = {
  ours: 'export { useWebSocket } from "inbox-socket/react";',
  "ours, with configure()":
    'export { useWebSocket } from "inbox-socket/react"; export { configure } from "inbox-socket";',
  "react-use-websocket": 'export { default } from "react-use-websocket";',
  "partysocket/react": 'export { useWebSocket } from "partysocket/react";',
};

/** @typedef {Awaited<ReturnType<typeof weigh>>} Weight `first` is the code loaded before the first subscription */

/** @returns {Promise<Record<string, Weight>>} */
export async function measureSizes() {
  /** @type {Record<string, Weight>} */
  const weights = {};
  for (const [name, contents] of Object.entries(ENTRIES)) weights[name] = await weigh(contents, file(""));
  // A page can also load the core from a file instead of the inlined copy.
  const { first, all } = /** @type {Weight} */ (weights.ours);
  const [inline, wasm] = ["inline-core.js", "core.wasm"].map((name) =>
    sizeOf(readFileSync(file(`../pkg/wasm/${name}`))),
  );
  if (inline && wasm) weights["ours, core.wasm as a file"] = { first, all: plus(plus(all, inline, -1), wasm) };
  // In the place of the usual core.
  for (const option of /** @type {const} */ (["adapter", "sockets", "persist", "share"])) {
    weights[`ours, with the option ${option}`] = await weigh(ENTRIES.ours, file(""), option);
  }
  return weights;
}
