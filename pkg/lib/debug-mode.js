// Who wants to read what goes wrong (lib/diagnosis). Everybody else loads none of it.

/**
 * Whether the log is asked for: by the option, or in a browser's own storage, where it needs no new build and outlives
 * a reload. Undefined where nobody has said.
 *
 * @param {boolean | undefined} debug
 */
export function isLogEnabled(debug) {
  try {
    return debug ?? (globalThis.localStorage?.getItem("inbox-socket.debug") ? true : undefined);
  } catch {
    // A page in a sandbox has a storage that it may not touch.
  }
}

/**
 * Whether this is an application that is being developed: a bundler writes the mode here. Where none does, on a page of
 * plain modules, nobody can tell, and a page in production must not be the one to guess wrong about. Nor is a test's run
 * a development: what is refused there is refused on purpose.
 */
export function isDevelopment() {
  try {
    // @ts-expect-error A page has no process, and nobody promises one.
    return process.env.NODE_ENV === "development";
  } catch {
    return false;
  }
}
