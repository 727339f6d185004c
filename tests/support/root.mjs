import { bundle } from "./bundle.mjs";
import { openPage } from "./page.mjs";

/** @type {Promise<Map<string, string>> | undefined} */
let files;

/**
 * Opens a page with the root entry at hand as `inbox`, and nothing else.
 *
 * @param {import("node:test").TestContext} t
 * @param {{headers?: Record<string, string>, more?: Iterable<[string, string | Uint8Array]>}} [site]
 */
export async function openRoot(t, { headers, more = [] } = {}) {
  files ??= bundle({ page: "hook/root/page.ts" });
  return openPage(t, { files: new Map([...(await files), ...more]), headers });
}
