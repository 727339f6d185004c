// Creates the workshop, a folder outside the clone that contains every block of the documentation as a file, the packed
// package, and the packages that a reader would install. Runs once before the tests.

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { testFile } from "../support/bundle.mjs";
import { packPackage } from "../support/package.mjs";
import { filesOfBlocks } from "./blocks.mjs";
import { FRAMES, typedExamples } from "./frames.mjs";

const run = promisify(execFile);

export const WORKSHOP = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "inbox-socket", "docs");

/** Returns the absolute path of a file in the workshop. @param {string[]} path */
export const inWorkshop = (...path) => join(WORKSHOP, ...path);

/** Returns a folder's files by their path in the page's URLs. @param {string} folder @param {string} [under] */
export async function filesIn(folder, under = "") {
  /** @type {Map<string, string | Uint8Array>} */
  const files = new Map();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile()) files.set(`${under}/${relative(folder, path)}`, await readFile(path));
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await furnish();

async function furnish() {
  await mkdir(WORKSHOP, { recursive: true });
  for (const entry of await readdir(WORKSHOP)) {
    if (entry !== "node_modules") await rm(inWorkshop(entry), { recursive: true });
  }
  await cp(testFile("docs/workshop"), WORKSHOP, { recursive: true });
  await cp(testFile("npm/types/equal.ts"), inWorkshop("types", "equal.ts"));
  for (const [file, text] of [...filesOfBlocks(), [FRAMES, typedExamples()]]) {
    await mkdir(dirname(inWorkshop(file)), { recursive: true });
    await writeFile(inWorkshop(file), text);
  }
  await install();
}

async function install() {
  const packed = await packPackage();
  // Not `npm ci`, which would reinstall everything each time.
  const options = ["--prefer-offline", "--no-audit", "--no-fund"];
  try {
    await run("npm", ["install", ...options, `inbox-socket@file:${packed.tarball}`], { cwd: WORKSHOP });
  } finally {
    await packed.remove();
  }
}
