// A database of node:sqlite or better-sqlite3, whichever is here.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Returns a database, or null if no package can open one. @param {string} [file] @returns {any} */
export function openSqlite(file = ":memory:") {
  try {
    return new (require("better-sqlite3"))(file);
  } catch {
    // Not built: it is native code.
  }
  try {
    return new (require("node:sqlite").DatabaseSync)(file);
  } catch {
    return null;
  }
}
