// Bundles a test's page as an application's bundler would, without any option for wasm.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const TESTS = dirname(dirname(fileURLToPath(import.meta.url)));

/** The supported versions of React. */
export const REACT_VERSIONS = /** @type {const} */ (["18", "19"]);

/** @typedef {(typeof REACT_VERSIONS)[number]} ReactVersion */

/** The value of `process.env.NODE_ENV` in the bundle. @typedef {"test" | "development" | "production"} Mode */

/**
 * @param {Record<string, string> | string} entries from the name of each entry to its file, relative to the tests'
 *   folder; or the source of the only entry, `page`
 * @param {{react?: ReactVersion, platform?: "browser" | "node", under?: string, mode?: Mode}} [options]
 *   `under`: the folder of the bundled files in the page's URLs
 * @returns {Promise<Map<string, string>>} the files by path
 */
export async function bundle(entries, { react = "19", platform = "browser", under = "/", mode = "test" } = {}) {
  const suffix = react === "18" ? "-18" : "";
  const { outputFiles } = await build({
    absWorkingDir: TESTS,
    ...(typeof entries === "string"
      ? { stdin: { contents: entries, resolveDir: TESTS, loader: "ts" }, entryNames: "page" }
      : { entryPoints: entries }),
    outdir: under,
    write: false,
    bundle: true,
    format: "esm",
    splitting: true,
    platform,
    target: "es2022",
    jsx: "automatic",
    // Absolute paths: the package doesn't depend on React, and would not find it from its own folder.
    alias: {
      react: testFile(`node_modules/react${suffix}`),
      "react-dom": testFile(`node_modules/react-dom${suffix}`),
    },
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    // React's server renderer is CommonJS and requires Node's built-in modules.
    banner: platform === "node" ? { js: REQUIRE } : {},
    logLevel: "warning",
    // The package's generated glue triggers this warning; bundlers don't report it for an installed package.
    logOverride: { "duplicate-object-key": "silent" },
  });
  return new Map((outputFiles ?? []).map(({ path, text }) => [path, text]));
}

const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Returns the absolute path of a file in the tests' folder. @param {string} path */
export function testFile(path) {
  return join(TESTS, path);
}
