// Makes the first request for a chunk fail, as can happen during a deployment.

import { readFile } from "node:fs/promises";

import { testFile } from "../support/bundle.mjs";

/**
 * Aborts the first request for the chunk that contains the core.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<() => boolean>} returns whether the page requested it
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

/** Returns the first characters of the core's text in wasm/inline-core.js, which minifiers don't change. */
async function beginningOfCore() {
  const inlined = await readFile(testFile("../pkg/wasm/inline-core.js"), "utf8");
  const [, beginning] = /text = "(.{100})/.exec(inlined) ?? [];
  if (!beginning) throw new Error("wasm/inline-core.js must contain the core's text");
  return beginning;
}
