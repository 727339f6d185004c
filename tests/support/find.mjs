// The machine's own browsers and their drivers: found and not downloaded.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** What Chromium is started with, whoever drives it. */
export const CHROMIUM_ARGUMENTS = [
  // Root can have no sandbox.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** CHROMIUM may name one that is somewhere else. */
export function findChromium() {
  return process.env.CHROMIUM ?? find("Chromium", "chromium", "chromium-browser", "google-chrome");
}

export function findFirefox() {
  return find("Firefox", "firefox", "firefox-esr");
}

/**
 * The first of these programs that is there.
 *
 * @param {string} product what to install where none is
 * @param {string[]} names
 */
export function find(product, ...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error(`no ${names.join(", ")} on the PATH: install ${product}`);
  return found;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
