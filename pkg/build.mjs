// Builds pkg/wasm from the crate, for each variant: the optimised wasm, its inlined copy, and the glue between it
// and the page; and the small wasm for the option `persist`. Then measures what a page loads, and fails if that exceeds
// its budget.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import { inline } from "./build/inline.mjs";
import { clearPanicTexts, numberHashes, optimise, removeExports, snipPanics } from "./build/shrink.mjs";
import { report } from "./build/sizes.mjs";
import { VARIANTS } from "./build/variants.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const crate = dirname(here);
const made = join(crate, "target", "wasm-bindgen");
const out = join(here, "wasm");

// In bytes of memory, not of download: the linker's default of 1 MiB is wasted here, since nothing recurses.
const SMALL_STACK = "-Clink-arg=-zstack-size=131072";

// LLVM inlines up to 225 by itself, which makes the package larger by 0.7 kB in brotli and no faster.
const LITTLE_INLINING = "-Cllvm-args=-inline-threshold=30";

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const variant of VARIANTS) await buildVariant(variant);
checkImports();
buildKeeper();
// npm shows and packs these two from the package's own folder.
for (const name of ["README.md", "LICENSE"]) copyFileSync(join(crate, name), join(here, name));
await report(here, ({ name }) => join(made, name, "named.wasm"));

/** @param {import("./build/variants.mjs").Variant} variant */
async function buildVariant(variant) {
  const { name, features } = variant;
  const folder = join(made, name);
  const [wasm, glue] = ["core_bg.wasm", "core.js"].map((file) => join(folder, file));
  compileCrate(folder, features);
  snipPanics(wasm);
  clearPanicTexts(wasm);
  numberHashes(wasm, glue);
  optimise(wasm, join(out, `${name}.wasm`));
  // The report of sizes needs the names.
  optimise(wasm, join(folder, "named.wasm"), { names: true });
  writeFileSync(join(out, `inline-${name}.js`), inline(readFileSync(join(out, `${name}.wasm`)), name));
  await bundleGlue(folder, variant);
  copyFileSync(join(here, "build", variant.types), join(out, `${name}.d.ts`));
}

/** The wasm of src/kept.rs, inlined. It takes and returns numbers only, and imports nothing, so that it needs no glue. */
function buildKeeper() {
  const folder = join(made, "keeper");
  const wasm = join(folder, "core_bg.wasm");
  const small = join(folder, "keeper.wasm");
  compileCrate(folder, ["keeper"]);
  snipPanics(wasm);
  clearPanicTexts(wasm);
  removeExports(wasm, /^__|^memory$/);
  optimise(wasm, small);
  const bytes = readFileSync(small);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  if (imports.length > 0) throw new Error(`the wasm must import nothing; got ${JSON.stringify(imports)}`);
  writeFileSync(join(out, "inline-keeper.js"), inline(bytes, "keeper"));
}

function compileCrate(folder, features) {
  const target = "wasm32-unknown-unknown";
  const { target_directory: built } = metadata();
  const chosen = ["--no-default-features", "--features", ["npm", ...features].join()];
  execFileSync("cargo", ["build", "--release", "--locked", "--lib", "--target", target, ...chosen], {
    cwd: crate,
    stdio: "inherit",
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: [...withoutPaths(), SMALL_STACK, LITTLE_INLINING].join("\x1f") },
  });
  rmSync(folder, { recursive: true, force: true });
  const how = ["--target", "web", "--out-dir", folder, "--out-name", "core", "--no-typescript"];
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

/** @param {string} folder that of wasm-bindgen's glue @param {import("./build/variants.mjs").Variant} variant */
async function bundleGlue(folder, { name, modules, entry, replaced }) {
  await build({
    entryPoints: [join(here, "build", entry)],
    alias: { glue: join(folder, "core.js") },
    bundle: true,
    // It stands where this path leads from pkg/wasm, too.
    external: ["../lib/after.js"],
    minify: true,
    inject: replaced.map((module) => join(here, "build", module)),
    format: "esm",
    target: "es2022",
    outfile: join(out, `${name}.js`),
    plugins: [replaceModules(modules)],
    logLevel: "warning",
    // wasm-bindgen names a snippet once for each block of imports from it.
    logOverride: { "duplicate-object-key": "silent" },
  });
}

/** @param {Record<string, string>} modules @returns {import("esbuild").Plugin} */
function replaceModules(modules) {
  return {
    name: "replace-modules",
    setup({ onLoad }) {
      onLoad({ filter: /snippets.*\/src\/browser\/\w+\.js$/ }, ({ path }) => {
        const other = modules[basename(path)];
        return other ? { contents: readFileSync(join(crate, "src/browser", other), "utf8") } : undefined;
      });
    },
  };
}

/**
 * The option `wasm` may name the core of any variant, so that each glue must fit all of them, although some then lack
 * something: lib/testing passes core.wasm to all inboxes.
 */
function checkImports() {
  const imports = VARIANTS.map(({ name }) => {
    const module = new WebAssembly.Module(readFileSync(join(out, `${name}.wasm`)));
    const exports = WebAssembly.Module.exports(module).filter(({ name }) => name !== "callTab");
    return JSON.stringify([WebAssembly.Module.imports(module), exports]);
  });
  if (new Set(imports).size > 1) throw new Error("the variants' wasm must have the same imports and exports");
}
