// Finds the ids in a frame that was rejected without parsing.

import { isObject } from "./protocol.js";

// A string, complete or cut off at the end of the text, or a run of opening or closing brackets.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[{]+|[\]}]+/gs;
// These take a few ms, during which every other socket waits.
const MAX_TOKENS = 65_536;

/**
 * Returns the text's JSON object with `null` in place of each nested object or array.
 *
 * Returns an empty object if the text is not a JSON object, or has more than MAX_TOKENS tokens. A name inside a string
 * or a nested value is never taken for a member of the object itself. The text isn't parsed first: it was rejected
 * because parsing takes too long.
 *
 * @param {string} text
 * @returns {import("./index.js").Frame}
 */
export function outline(text) {
  let depth = 0;
  let rest = 0;
  let count = 0;
  let kept = "";
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    count += 1;
    if (count > MAX_TOKENS) return {};
    const run = token.length;
    if (token[0] === "[" || token[0] === "{") {
      // A nested value begins.
      if (depth < 2 && depth + run >= 2) kept += `${text.slice(rest, index + 1 - depth)}null`;
      depth += run;
    } else if (token[0] !== '"') {
      // The nested value ends.
      if (depth >= 2 && depth - run < 2) rest = index + depth - 1;
      depth -= run;
    }
  }
  if (depth !== 0) return {};
  try {
    const frame = JSON.parse(kept + text.slice(rest));
    return isObject(frame) ? frame : {};
  } catch {
    return {};
  }
}
