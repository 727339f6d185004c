// Builds and runs the package with every bundler, framework and test runner. CONSUMERS=vite,next selects folders.

import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { packPackage } from "../support/package.mjs";
import { testFile } from "../support/bundle.mjs";
import { install } from "./install.mjs";
import { CONSUMERS } from "./list.mjs";

const wanted = process.env.CONSUMERS?.split(",");

/** @type {Awaited<ReturnType<typeof packPackage>>} */
let packed;
before(async () => void (packed = await packPackage()));
after(() => packed?.remove());

for (const consumer of CONSUMERS) {
  if (wanted && !wanted.includes(consumer.folder)) continue;
  describe(await titleOf(consumer), () => {
    let folder = "";
    before(async () => void (folder = await install(consumer, packed.tarball)));
    for (const [name, mode] of Object.entries(consumer.modes)) it(name, () => mode(folder));
  });
}

/** @param {import("./list.mjs").Consumer} consumer */
async function titleOf({ title, folder, tool }) {
  if (!tool) return title;
  const { dependencies } = JSON.parse(await readFile(testFile(`consumers/${folder}/package.json`), "utf8"));
  return title.replace("VERSION", dependencies[tool]);
}
