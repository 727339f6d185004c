// Pages of the workshop: bundled as a reader's would be, with the packed package.

import { build } from "esbuild";

import { openPage } from "../support/page.mjs";
import { inWorkshop } from "./workshop.mjs";

/**
 * @param {import("node:test").TestContext} t
 * @param {{source: string, folder: string, headers?: Record<string, string>}} page `folder`: of the workshop, which its
 *   imports count from
 */
export async function openSource(t, { source, folder, headers }) {
  return openPage(t, { files: await bundle(source, folder), headers });
}

/**
 * A page that is built already.
 *
 * @param {import("node:test").TestContext} t
 * @param {Map<string, string | Uint8Array>} files
 */
export function openFiles(t, files) {
  return openPage(t, { files });
}

/**
 * A page with the root entry at hand as `inbox`.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} [headers]
 */
export function openInbox(t, headers) {
  const source = 'import * as inbox from "inbox-socket"; Object.assign(globalThis, { inbox, heard: [] });';
  return openSource(t, { source, folder: "servers", headers });
}

/** @param {string} source @param {string} folder @returns {Promise<Map<string, string>>} */
async function bundle(source, folder) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: inWorkshop(folder), sourcefile: "page.tsx", loader: "tsx" },
    outdir: "/",
    entryNames: "page",
    write: false,
    bundle: true,
    format: "esm",
    splitting: true,
    target: "es2022",
    jsx: "automatic",
    // In development the library has a word to say on servers of layer 0, which most of these are.
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return new Map((outputFiles ?? []).map(({ path, text }) => [path, text]));
}
