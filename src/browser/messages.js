// Recognizes messages among parsed frames, and reads their `seq`.

import { report } from "./report.js";

// Re-exported, so that incoming.js has one import less to load at once: imports.rs says why.
export { certainSeq, likelyId } from "./scan.js";

/** Returns whether a frame is a message: a frame without `action`. */
export const isMessage = (frame) => frame.action === undefined;

/**
 * Returns a message's `seq`, or 0 if it has no valid one. Ignores the `seq` of a frame with an action: a receipt may
 * name that of the message read.
 */
export function seqOf(frame) {
  const { conversation_id: id, seq } = frame;
  if (!isMessage(frame) || !Number.isSafeInteger(seq) || seq <= 0) return 0;
  return typeof id === "string" || isExact(id) ? seq : 0;
}

let hasReported = false;

/** Returns whether JavaScript has not rounded a numeric id. Reports the first rounded one. */
function isExact(id) {
  if (typeof id !== "number") return false;
  if (Math.abs(id) <= Number.MAX_SAFE_INTEGER) return true;
  if (!hasReported) {
    hasReported = true;
    report(
      new RangeError(
        `conversation_id must be at most 2^53 - 1 as a number, or a string; got about ${id}: ` +
          "JavaScript has rounded it, so no listener receives its messages. Write such ids as strings on the server",
      ),
    );
  }
  return false;
}
