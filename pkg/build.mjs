// Builds pkg/wasm from the crate: the optimised core.wasm, its inlined copy, and the glue between it and the page.
// Then measures what a page loads, and fails if that exceeds its budget.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import { inline } from "./build/inline.mjs";
import { clearPanicTexts, numberHashes, optimise, snipPanics } from "./build/shrink.mjs";
import { report } from "./build/sizes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const crate = dirname(here);
const made = join(crate, "target", "wasm-bindgen");
const out = join(here, "wasm");
// Replaces the page's time functions in the core.
const time = join(here, "build/time.js");
const compile = join(here, "build/compile.js");

const wasm = join(made, "core_bg.wasm");
const glue = join(made, "core.js");

// In bytes of memory, not of download: the linker's default of 1 MiB is wasted here, since nothing recurses.
const SMALL_STACK = "-Clink-arg=-zstack-size=131072";

// LLVM inlines up to 225 by itself, which makes the package larger by 0.7 kB in brotli and no faster.
const LITTLE_INLINING = "-Cllvm-args=-inline-threshold=40";

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
compileCrate();
snipPanics(wasm);
clearPanicTexts(wasm);
numberHashes(wasm, glue);
optimise(wasm, join(out, "core.wasm"));
writeFileSync(join(out, "inline.js"), inline(readFileSync(join(out, "core.wasm"))));
await bundleGlue();
copyFileSync(join(here, "build/core.d.ts"), join(out, "core.d.ts"));
// npm shows and packs these two from the package's own folder.
for (const name of ["README.md", "LICENSE"]) copyFileSync(join(crate, name), join(here, name));

const named = join(made, "named.wasm");
optimise(wasm, named, { names: true });
await report(here, named);

function compileCrate() {
  const target = "wasm32-unknown-unknown";
  const { target_directory: built } = metadata();
  execFileSync("cargo", ["build", "--release", "--locked", "--lib", "--target", target, "--features", "npm"], {
    cwd: crate,
    stdio: "inherit",
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: [...withoutPaths(), SMALL_STACK, LITTLE_INLINING].join("\x1f") },
  });
  rmSync(made, { recursive: true, force: true });
  const how = ["--target", "web", "--out-dir", made, "--out-name", "core", "--no-typescript"];
  execFileSync("wasm-bindgen", [...how, join(built, target, "release", "inbox_socket.wasm")], { stdio: "inherit" });
}

/** The wasm names its sources; the prefixes removed here would publish the paths of this machine. */
function withoutPaths() {
  const manifests = metadata().packages.map(({ manifest_path }) => manifest_path);
  const folders = new Set(manifests.map((manifest) => dirname(dirname(manifest))));
  return [...folders].map((folder) => `--remap-path-prefix=${folder}=`);
}

function metadata() {
  const how = { cwd: crate, encoding: /** @type {const} */ ("utf8"), maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], how));
}

/**
 * One file of glue. wasm-bindgen's own loader, the default export, is left out: it refers to the .wasm file
 * by import.meta.url, which bundlers act upon.
 */
async function bundleGlue() {
  await build({
    stdin: {
      contents: `export { initSync, createInbox } from "./core.js"; export { setTime } from "${time}"; export { compile } from "${compile}";`,
      resolveDir: made,
    },
    bundle: true,
    minify: true,
    inject: [time],
    format: "esm",
    target: "es2022",
    outfile: join(out, "core.js"),
    logLevel: "warning",
    // wasm-bindgen names a snippet once for each block of imports from it.
    logOverride: { "duplicate-object-key": "silent" },
  });
}
