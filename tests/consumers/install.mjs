// Assembles a consumer's application outside the clone, so that Node.js doesn't find the clone's packages from there,
// and the next run reuses the installed packages.

import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { testFile } from "../support/bundle.mjs";

const run = promisify(execFile);

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "inbox-socket", "consumers");

/**
 * @param {import("./list.mjs").Consumer} consumer
 * @param {string} tarball
 * @returns {Promise<string>} the application's folder
 */
export async function install({ folder: name, like, copies = ["inbox-socket"] }, tarball) {
  const folder = join(CACHE, name);
  await mkdir(folder, { recursive: true });
  // Remove the previous run's files, but keep the installed packages.
  for (const entry of await readdir(folder)) {
    if (entry !== "node_modules") await rm(join(folder, entry), { recursive: true });
  }
  for (const source of ["app", ...(like ? [like] : []), name]) {
    const filter = (path) => !path.includes("node_modules");
    await cp(testFile(`consumers/${source}`), folder, { recursive: true, filter });
  }
  const kept = [".cache", ".vite"].map((name) => join(folder, "node_modules", name));
  for (const path of kept) await rm(path, { recursive: true, force: true });
  const packages = copies.map((copy) => `${copy}@file:${tarball}`);
  // Not `npm ci`: a lock file may lack what another machine's platform needs, and this adds it.
  const options = ["--no-save", "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...options, ...packages], { cwd: folder }).catch(({ message, stderr }) => {
    throw new Error(`${message}\n${stderr}`);
  });
  return folder;
}
