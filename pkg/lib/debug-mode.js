/**
 * Decides whether a page loads lib/diagnosis: it returns true for the log, false for the warnings only, undefined for
 * neither.
 *
 * @param {boolean | undefined} debug
 */
export function debugMode(debug) {
  try {
    // The browser's storage needs no new build, and survives a reload.
    if (debug ?? globalThis.localStorage?.getItem("inbox-socket.debug")) return true;
    // A bundler writes the mode here. Test runs don't count as development: they provoke failures on purpose.
    // @ts-expect-error A page has no process.
    if (debug === undefined && process.env.NODE_ENV === "development") return false;
  } catch {
    // Without a bundler, the mode is unknown and counts as production. A sandboxed page has no storage.
  }
}
