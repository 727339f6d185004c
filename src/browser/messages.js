// What a message is, and its number, of a parsed frame.

import { report } from "./report.js";

export { certainSeq, likelyId } from "./scan.js";

/** A frame with an action is none. */
export const isMessage = (frame) => frame.action === undefined;

/**
 * A message's number within its conversation, 0 where it has none that can be counted by. A frame with an action has
 * none: a receipt may name the number of the message that was read.
 */
export function seqOf(frame) {
  const { conversation_id: id, seq } = frame;
  if (!isMessage(frame) || !Number.isSafeInteger(seq) || seq <= 0) return 0;
  return typeof id === "string" || isExact(id) ? seq : 0;
}

let saidInexact = false;

/** Whether a number is the one that the server has written. Says once if it may be another. */
function isExact(id) {
  if (typeof id !== "number") return false;
  if (Math.abs(id) <= Number.MAX_SAFE_INTEGER) return true;
  if (!saidInexact) {
    saidInexact = true;
    report(new RangeError(`conversation_id must be at most 2^53 - 1 as a number, or a string; got about ${id}, which ` +
      "JavaScript has rounded, so that no listener hears its messages. The server must write such ids as strings"));
  }
  return false;
}
