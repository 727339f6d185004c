// The core's time, built into pkg/wasm/core.js in the place of the page's: a test may lend one that it moves by
// itself (../lib/testing/time.js). The page's is asked for anew each time, since test runners replace it, too.

/** @typedef {Pick<typeof globalThis, "performance" | "setTimeout" | "clearTimeout">} Time */

/** @type {Time} */
let time = globalThis;

/** @param {Time} [replacement] without one it is the page's again */
export function setTime(replacement = globalThis) {
  time = replacement;
}

export const performance = { now: () => time.performance.now() };
export const setTimeout = (callback, delay) => time.setTimeout(callback, delay);
export const clearTimeout = (timer) => time.clearTimeout(timer);
