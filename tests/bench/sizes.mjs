// What a page has to load: each package bundled as its users would, minified, React left out, in brotli bytes.

import { brotliCompressSync, gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { build } from "esbuild";

import { file, PRODUCTION } from "./site.mjs";

const ENTRIES = {
  ours: 'export { useWebSocket } from "inbox-socket/react";',
  "react-use-websocket": 'export { default } from "react-use-websocket";',
  "partysocket/react": 'export { useWebSocket } from "partysocket/react";',
};

/** @typedef {{raw: number, gzip: number, brotli: number}} Size */

/** @returns {Promise<Record<string, {first: Size, all: Size}>>} `first`: what is loaded before the first subscription */
export async function measureSizes() {
  /** @type {Record<string, {first: Size, all: Size}>} */
  const sizes = {};
  for (const [name, contents] of Object.entries(ENTRIES)) {
    const { outputFiles = [], metafile } = await build({
      ...PRODUCTION,
      stdin: { contents, resolveDir: file("") },
      outdir: "/",
      metafile: true,
      external: ["react", "react-dom", "react/jsx-runtime"],
    });
    const outputs = new Map(
      Object.entries(metafile?.outputs ?? {}).map(([path, output]) => [path.split("/").at(-1), output]),
    );
    const contentOf = new Map(outputFiles.map(({ path, contents }) => [path.split("/").at(-1), contents]));
    const first = new Set(reached("stdin.js"));
    sizes[name] = { first: total([...first]), all: total([...contentOf.keys()]) };

    /** @param {string | undefined} chunk @returns {(string | undefined)[]} it, and what it imports at once */
    function reached(chunk) {
      const imports = outputs.get(chunk)?.imports ?? [];
      const atOnce = imports.filter(({ kind, external }) => kind === "import-statement" && !external);
      return [chunk, ...atOnce.flatMap(({ path }) => reached(path.split("/").at(-1)))];
    }

    /** Each chunk is a file and compressed by itself. @param {(string | undefined)[]} chunks @returns {Size} */
    function total(chunks) {
      const contents = chunks.map((chunk) => contentOf.get(chunk) ?? new Uint8Array());
      return sum(contents.map(measure));
    }
  }
  // The other way to load the core: as a file, in place of the inlined copy.
  const ours = /** @type {{first: Size, all: Size}} */ (sizes.ours);
  const [inline, wasm] = ["inline.js", "core.wasm"].map((name) =>
    measure(readFileSync(file(`../../pkg/wasm/${name}`))),
  );
  sizes["ours, core.wasm as a file"] = { first: ours.first, all: sum([ours.all, negative(inline), wasm]) };
  return sizes;
}

/** @param {Uint8Array | undefined} bytes @returns {Size} */
function measure(bytes = new Uint8Array()) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  };
}

/** @param {(Size | undefined)[]} sizes @returns {Size} */
function sum(sizes) {
  const add = (/** @type {keyof Size} */ key) => sizes.reduce((sum, size) => sum + (size?.[key] ?? 0), 0);
  return { raw: add("raw"), gzip: add("gzip"), brotli: add("brotli") };
}

/** @param {Size | undefined} size @returns {Size} */
function negative(size) {
  return { raw: -(size?.raw ?? 0), gzip: -(size?.gzip ?? 0), brotli: -(size?.brotli ?? 0) };
}
