// Opens pages of the workshop, bundled with the packed package as a reader's would be.

import { build } from "esbuild";

import { openPage } from "../support/page.mjs";
import { inWorkshop } from "./workshop.mjs";

/**
 * Opens a page with a script.
 *
 * @param {import("node:test").TestContext} t
 * @param {{source: string, folder: string, headers?: Record<string, string>}} page `folder`: the folder of the workshop
 *   to which its imports are relative
 */
export async function openSource(t, { source, folder, headers }) {
  return openPage(t, { files: await bundle(source, folder), headers });
}

/**
 * Opens a page that is already built.
 *
 * @param {import("node:test").TestContext} t
 * @param {Map<string, string | Uint8Array>} files
 */
export function openFiles(t, files) {
  return openPage(t, { files });
}

/**
 * Opens a page with the root entry as `inbox`.
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
    // In development the library logs a warning about layer-0 servers, which most of these are.
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return new Map((outputFiles ?? []).map(({ path, text }) => [path, text]));
}
