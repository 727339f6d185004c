// A chunk that cannot be loaded the first time, as during a deployment.

import { readFile } from "node:fs/promises";

import { testFile } from "../support/bundle.mjs";

/**
 * Aborts the first request for the chunk that has the core in it.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<() => boolean>} whether it was asked for
 */
export async function loseCoreOnce(page) {
  const beginning = await beginningOfCore();
  let isLost = false;
  await page.route("**/*.js*", async (route) => {
    if (isLost) return route.continue();
    const response = await route.fetch();
    if (!(await response.text()).includes(beginning)) return route.fulfill({ response });
    isLost = true;
    await route.abort();
  });
  return () => isLost;
}

/** As wasm/inline.js spells it, which no minifier changes. */
async function beginningOfCore() {
  const inlined = await readFile(testFile("../pkg/wasm/inline.js"), "utf8");
  const [, beginning] = /text = "(.{100})/.exec(inlined) ?? [];
  if (!beginning) throw new Error("wasm/inline.js does not have the text of the core");
  return beginning;
}
