// Decides whether a page loads lib/diagnosis.

/**
 * Returns whether the log is enabled: by the option, or in the browser's storage, which needs no new build and survives
 * a reload. Undefined if neither is set.
 *
 * @param {boolean | undefined} debug
 */
export function isLogEnabled(debug) {
  try {
    return debug ?? (globalThis.localStorage?.getItem("inbox-socket.debug") ? true : undefined);
  } catch {
    // A sandboxed page must not access its storage.
  }
}

/**
 * Returns whether the application was built for development: a bundler writes the mode here. Without a bundler, the mode
 * is unknown and counts as production. Test runs don't count as development: they provoke failures on purpose.
 */
export function isDevelopment() {
  try {
    // @ts-expect-error A page has no process.
    return process.env.NODE_ENV === "development";
  } catch {
    return false;
  }
}
