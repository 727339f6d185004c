import { bundle } from "./bundle.mjs";
import { openPage } from "./page.mjs";

/** @type {Map<string, Promise<Map<string, string>>>} */
const bundles = new Map();

/**
 * Opens a page with only the root entry, as `inbox`.
 *
 * @param {import("node:test").TestContext} t
 * @param {{headers?: Record<string, string>, more?: Iterable<[string, string | Uint8Array]>,
 *   mode?: import("./bundle.mjs").Mode}} [site]
 */
export async function openRoot(t, { headers, more = [], mode = "test" } = {}) {
  const files = bundles.get(mode) ?? bundle({ page: "npm/root/page.ts" }, { mode });
  bundles.set(mode, files);
  return openPage(t, { files: new Map([...(await files), ...more]), headers });
}
