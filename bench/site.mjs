// Bundles the benchmark's pages for production, and serves them.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import { TestServer } from "../tests/support/server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Returns the absolute path of a file in this folder. @param {string} path */
export const file = (path) => join(HERE, path);

/** @type {import("esbuild").BuildOptions} */
export const PRODUCTION = {
  absWorkingDir: HERE,
  bundle: true,
  write: false,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
  // The package's generated glue triggers this warning; bundlers don't report it for an installed package.
  logOverride: { "duplicate-object-key": "silent" },
};

/**
 * @param {string} entry a file of the benchmark
 * @param {string} react the module to use as React
 * @returns {Promise<Map<string, Uint8Array>>} the files by path, with the page at "/"
 */
export async function bundle(entry, react = file("node_modules/react")) {
  const { outputFiles = [] } = await build({
    ...PRODUCTION,
    entryPoints: { page: entry },
    outdir: "/",
    // Absolute paths: the package doesn't depend on React, and would not find it from its own folder.
    alias: { react, "react-dom": file("node_modules/react-dom") },
  });
  const html =
    '<!doctype html><title>bench</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
  return new Map([
    ["/", Buffer.from(html)],
    ...outputFiles.map(({ path, contents }) => /** @type {const} */ ([path, contents])),
  ]);
}

/** Serves files on a free port. @param {Map<string, Uint8Array>} files */
export async function serve(files) {
  // An isolated page has a clock resolution of 5 µs instead of 100 µs.
  const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const server = new TestServer({ files, headers });
  await new Promise((resolve) => server.http.listen(0, "127.0.0.1", () => resolve(undefined)));
  return server;
}
