// A page's script on a separate origin, for pages of the real server.

import { bundle } from "./bundle.mjs";
import { TestServer } from "./server.mjs";

/**
 * Serves a script to pages of every origin; by default one with the root entry as `inbox`. Returns its address.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} [source]
 */
export async function serveScript(t, source) {
  return serveFiles(t, await bundle(source ?? { page: "npm/root/page.ts" }));
}

/** Serves the files of a bundle. Returns the address of its script. @param {import("node:test").TestContext} t */
export async function serveFiles(t, files) {
  const server = await TestServer.start({ files, headers: { "access-control-allow-origin": "*" } });
  t.after(() => server.stop());
  return `${server.origin}/page.js`;
}

/** Runs in the page. @param {string} src */
export function addScript(src) {
  document.head.append(Object.assign(document.createElement("script"), { type: "module", src }));
}
