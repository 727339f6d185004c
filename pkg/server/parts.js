// Texts in parts that are short enough for a notification of PostgreSQL.

import { randomUUID } from "node:crypto";

// In UTF-16 units, each up to 3 bytes. A notification may have 8,000 bytes.
const PART = 2_500;

/**
 * Returns the parts of a text, each with the text's id, its index and their count before it.
 *
 * @param {string} text
 */
export function split(text) {
  const id = randomUUID();
  const parts = [];
  for (let start = 0; start < text.length; ) {
    let end = start + PART;
    // Not within a pair of surrogates.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end -= 1;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts.map((part, index) => `${id} ${index} ${parts.length} ${part}`);
}

/**
 * Returns a function that takes the parts, and passes on each text that is complete. A text with a lost part is dropped.
 *
 * @param {(text: string) => void} receive
 */
export function joiner(receive) {
  let current = "";
  /** @type {string[]} */
  let parts = [];
  return (/** @type {string} */ payload) => {
    const match = /^(\S+) (\d+) (\d+) /.exec(payload);
    if (!match) return;
    const [head, id, index, count] = match;
    if (id !== current) parts = [];
    current = id;
    if (Number(index) !== parts.length) return;
    parts.push(payload.slice(head.length));
    if (parts.length === Number(count)) receive(parts.join(""));
  };
}
