// A page in its own browser context, and the server that it talks to.

import assert from "node:assert/strict";

import { browser } from "./browser.mjs";
import { watchComplaints } from "./complaints.mjs";
import { PATIENCE } from "./queue.mjs";
import { TestServer } from "./server.mjs";

/** @typedef {import("playwright-core").Page} Page */

export { watchComplaints };

/**
 * Serves the page and opens it. The test fails if the page logs an error or a warning, unless the test removes it
 * from `complaints`.
 *
 * @param {import("node:test").TestContext} t
 * @param {{files: Map<string, string | Uint8Array>, root?: string, headers?: Record<string, string>}} site
 */
export async function openPage(t, { files, root = "", headers }) {
  const html = `<!doctype html><title>test</title><link rel="icon" href="data:,"><div id="root">${root}</div>
    <script type="module" src="/page.js"></script>`;
  const server = await TestServer.start({ files: new Map([["/", html], ...files]), headers });
  const context = await (await browser()).newContext();
  const page = await context.newPage();
  const complaints = watchComplaints(page);
  t.after(async () => {
    await context.close();
    await server.stop();
    assert.deepEqual(complaints, [], "the page must log no errors or warnings");
  });
  page.setDefaultTimeout(PATIENCE);
  await page.goto(server.origin);
  return { page, server, complaints };
}

/**
 * Waits until a condition is truthy in the page, and returns its value.
 *
 * @template T, A
 * @param {{evaluate(run: any, argument?: any): Promise<any>}} page of Playwright, of WebDriver or of devtools.mjs
 * @param {(argument: A) => T} condition run in the page
 * @param {A} [argument]
 * @returns {Promise<T>}
 */
export async function until(page, condition, argument) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await page.evaluate(condition, argument);
    if (value) return value;
    if (Date.now() > end) throw new Error(`still false after ${PATIENCE} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
