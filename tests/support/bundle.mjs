// Bundles a test's page as an application's bundler would, with nothing said about wasm.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const TESTS = dirname(dirname(fileURLToPath(import.meta.url)));

/** The versions of React that the hook is for. */
export const REACT_VERSIONS = /** @type {const} */ (["18", "19"]);

/** @typedef {(typeof REACT_VERSIONS)[number]} ReactVersion */

/** What a bundler says in the place of `process.env.NODE_ENV`. @typedef {"test" | "development" | "production"} Mode */

/**
 * @param {Record<string, string>} entries the name to give each, and its file, relative to the tests' folder
 * @param {{react?: ReactVersion, platform?: "browser" | "node", under?: string, mode?: Mode}} [options]
 *   `under`: the folder that the page finds them in
 * @returns {Promise<Map<string, string>>} the files by path
 */
export async function bundle(entries, { react = "19", platform = "browser", under = "/", mode = "test" } = {}) {
  const suffix = react === "18" ? "-18" : "";
  const { outputFiles } = await build({
    absWorkingDir: TESTS,
    entryPoints: entries,
    outdir: under,
    write: false,
    bundle: true,
    format: "esm",
    splitting: true,
    platform,
    target: "es2022",
    jsx: "automatic",
    // Whole paths, so that the package finds the tests' React, which it does not depend on itself.
    alias: {
      react: testFile(`node_modules/react${suffix}`),
      "react-dom": testFile(`node_modules/react-dom${suffix}`),
    },
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    // For node: React's server half is CommonJS, and asks for node's own modules by require.
    banner: platform === "node" ? { js: REQUIRE } : {},
    logLevel: "warning",
    // In the package's generated glue; a bundler keeps quiet about it where the package is really installed.
    logOverride: { "duplicate-object-key": "silent" },
  });
  return new Map((outputFiles ?? []).map(({ path, text }) => [path, text]));
}

const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** A file of the tests, by its path from their folder. @param {string} path */
export function testFile(path) {
  return join(TESTS, path);
}
