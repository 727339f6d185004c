// Makes pkg/wasm from the crate: the optimised core.wasm, the same inlined, and the glue between it and the page.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, deflateRawSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const crate = dirname(here);
const made = join(crate, "target", "wasm-pack");
const out = join(here, "wasm");

// What every browser of the support table has. --all-features would make a file that browsers refuse.
const WASM_FEATURES = [
  "bulk-memory", "nontrapping-float-to-int", "sign-ext", "reference-types", "multivalue", "mutable-globals",
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
compileCrate();
const wasm = optimise();
writeFileSync(join(out, "inline.js"), inline(wasm));
await bundleGlue();
copyFileSync(join(made, "core.d.ts"), join(out, "core.d.ts"));
// npm shows and packs these two from the package's own folder.
for (const name of ["README.md", "LICENSE"]) copyFileSync(join(crate, name), join(here, name));
report();

function compileCrate() {
  const where = ["--target", "web", "--out-dir", made, "--out-name", "core"];
  run("wasm-pack", ["build", crate, "--release", "--mode", "no-install", "--no-pack", ...where]);
}

function optimise() {
  const target = join(out, "core.wasm");
  const features = WASM_FEATURES.map((feature) => `--enable-${feature}`);
  run(join(here, "node_modules", ".bin", "wasm-opt"), [join(made, "core_bg.wasm"), "-Oz", "--strip-debug", "--strip-producers", ...features, "-o", target]);
  return readFileSync(target);
}

/** The wasm as a module: no bundler needs to know what a .wasm file is, and no server its type. */
function inline(bytes) {
  const base64 = deflateRawSync(bytes, { level: 9 }).toString("base64");
  return `// Made by build.mjs: core.wasm, deflated, in base64.
const packed = "${base64}";

export async function compile() {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return WebAssembly.compile(await new Response(inflated).arrayBuffer());
}
`;
}

/**
 * One file of glue. wasm-bindgen's own loader stays out of it (nobody here asks for its default export): it names
 * the .wasm file by import.meta.url, which bundlers act upon.
 */
async function bundleGlue() {
  const names = [
    "initSync", "configure", "disconnect", "getState", "getStats", "requestMessages", "retry", "send", "sendMessage",
    "subscribe", "subscribeState", "useWebSocket",
  ];
  await build({
    stdin: { contents: `export { ${names.join(", ")} } from "./core.js";`, resolveDir: made },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    outfile: join(out, "core.js"),
    logLevel: "warning",
    // wasm-bindgen names a snippet once for each block of imports from it.
    logOverride: { "duplicate-object-key": "silent" },
  });
}

function report() {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
  console.log("pkg/wasm           raw      gzip    brotli");
  for (const name of ["core.wasm", "inline.js", "core.js"]) {
    const bytes = readFileSync(join(out, name));
    console.log(name.padEnd(11), kb(bytes.length), kb(gzipSync(bytes).length), kb(brotliCompressSync(bytes).length));
  }
}

function run(command, args) {
  execFileSync(command, args, { stdio: "inherit" });
}
