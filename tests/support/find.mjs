// Finds the machine's installed browsers and drivers.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The arguments that every test starts Chromium with. */
export const CHROMIUM_ARGUMENTS = [
  // Chromium's sandbox doesn't work as root.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Returns the path of Chromium: the variable CHROMIUM, or the first on the PATH. */
export function findChromium() {
  return process.env.CHROMIUM ?? find("Chromium", "chromium", "chromium-browser", "google-chrome");
}

export function findFirefox() {
  return find("Firefox", "firefox", "firefox-esr");
}

/**
 * Returns the path of the first of these programs on the PATH.
 *
 * @param {string} product the product that the error says to install
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
