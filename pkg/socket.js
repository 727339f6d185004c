// The core's WebSocket, built into pkg/wasm/core.js in the place of the page's: whoever looks on is told of each
// attempt (lib/diagnosis/look.js). The frames are then watched on the socket itself, so that a page on which nobody
// looks on pays nothing for it.

/** @typedef {(url: string, socket: globalThis.WebSocket | undefined) => void} OnAttempt */

/** @type {Set<OnAttempt>} */
const observers = new Set();
/** @type {Parameters<OnAttempt> | undefined} */
let latest;

/**
 * Tells of each attempt, and at once of the latest. It has no socket where the browser refused to try. The function
 * returned ends it.
 *
 * @param {OnAttempt} observer
 */
export function watchAttempts(observer) {
  observers.add(observer);
  if (latest) observer(...latest);
  return () => void observers.delete(observer);
}

/** @param {string} url */
export function WebSocket(url) {
  latest = [url, undefined];
  try {
    return (latest[1] = new globalThis.WebSocket(url));
  } finally {
    for (const observer of observers) observer(...latest);
  }
}
