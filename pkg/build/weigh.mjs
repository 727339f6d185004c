// What a page has to load of a module, once it is bundled and minified as an application would do it.

import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

/** @typedef {{raw: number, gzip: number, brotli: number}} Size in bytes */

/**
 * What a page loads for an option (see lib/load.js), and what it then does not load.
 * @type {Record<"none" | "adapter" | "sockets" | "persist" | "share" | "after", {loads: string[], not: string[]}>}
 */
const PARTS = {
  none: { loads: [], not: [] },
  adapter: {
    loads: ["./wire/create.js", "../wasm/inline-adapter.js"],
    not: ["../wasm/core.js", "../wasm/inline-core.js"],
  },
  sockets: {
    loads: ["./wire/sockets.js", "../wasm/inline-adapter.js"],
    not: ["../wasm/core.js", "../wasm/inline-core.js"],
  },
  persist: { loads: ["./persist/create.js"], not: [] },
  share: {
    loads: ["./share/create.js", "../wasm/inline-shared.js"],
    not: ["../wasm/core.js", "../wasm/inline-core.js"],
  },
  after: { loads: ["../lib/after.js"], not: [] },
};

/** @param {keyof typeof PARTS} option */
function notLoaded(option) {
  const { loads, not } = PARTS[option];
  const others = Object.values(PARTS).flatMap((part) => part.loads);
  return [...others.filter((part) => !loads.includes(part)), ...not];
}

/**
 * @param {string} contents the source of a module that uses what is to be weighed; React is left out
 * @param {string} folder where that module would stand
 * @param {keyof typeof PARTS} [option] that the page sets
 * @returns {Promise<{first: Size, all: Size}>} `first`: what is loaded at once, without what is imported when needed
 */
export async function weigh(contents, folder, option = "none") {
  const { outputFiles, metafile } = await build({
    // The chunks' names contain a hash of the paths from here.
    absWorkingDir: folder,
    stdin: { contents, resolveDir: folder, sourcefile: "page.js" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    // A page in production does not load what tells developers of mistakes.
    external: ["react", "react-dom", "react/jsx-runtime", "./diagnosis/*", ...notLoaded(option)],
    outdir: "/",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [basename(path), sizeOf(contents)]));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  return { first: total(reached("stdin.js")), all: total(new Set(sizes.keys())) };

  /** A chunk, and those that it imports at once. @param {string} chunk @returns {Set<string>} */
  function reached(chunk) {
    const imports = outputs.get(chunk)?.imports ?? [];
    const atOnce = imports.filter(({ kind, external }) => kind === "import-statement" && !external);
    return new Set([chunk, ...atOnce.flatMap(({ path }) => [...reached(basename(path))])]);
  }

  /** Each chunk is a file and compressed by itself. @param {Set<string>} chunks */
  function total(chunks) {
    return [...chunks].map((chunk) => sizes.get(chunk) ?? NOTHING).reduce((sum, size) => plus(sum, size), NOTHING);
  }
}

const NOTHING = { raw: 0, gzip: 0, brotli: 0 };

/** @param {Uint8Array} bytes @returns {Size} */
export function sizeOf(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}

/** @param {Size} one @param {Size} other @param {number} [times] @returns {Size} */
export function plus(one, other, times = 1) {
  return {
    raw: one.raw + times * other.raw,
    gzip: one.gzip + times * other.gzip,
    brotli: one.brotli + times * other.brotli,
  };
}
