// From what wasm-pack made to what a page loads: what only serves people who debug Rust is taken out.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";

export const WASM_OPT = fileURLToPath(new URL("../node_modules/.bin/wasm-opt", import.meta.url));

// What every browser of the support table has. --all-features would make a file that browsers refuse.
const FEATURES = [
  "bulk-memory", "nontrapping-float-to-int", "sign-ext", "reference-types", "multivalue", "mutable-globals",
].map((feature) => `--enable-${feature}`);

// A panic is a trap whose text goes to a standard error that no page has. Nothing else in the crate formats text
// (tests/purity.rs sees to it), so what writes the text can go as well. The trap stays.
const WRITES_PANICS = /panicking|begin_unwind|alloc_error|handle_error|unwrap_failed|expect_failed|core\[\w+\]::fmt::/;

/** Replaces the body of each function that only writes a panic's text by a trap. */
export function snipPanics(path) {
  const module = binaryen.readBinary(readFileSync(path));
  const functions = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)));
  const snipped = functions.filter(({ name, base }) => base === "" && WRITES_PANICS.test(name));
  // The names are the compiler's to change, and without this the build would silently grow.
  if (snipped.length === 0) throw new Error(`${path}: no function looks as if it wrote a panic's text`);
  for (const { name, params, results } of snipped) {
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
  // The report of sizes goes by the names.
  binaryen.setDebugInfo(true);
  writeFileSync(path, module.emitBinary());
}

/** Writes the smallest wasm; with `names`, one that tells which function is which. */
export function optimise(from, to, { names = false } = {}) {
  const strip = names ? ["-g"] : ["--strip-debug", "--strip-producers", "--strip-target-features"];
  execFileSync(WASM_OPT, [from, "-Oz", ...strip, ...FEATURES, "-o", to], { stdio: "inherit" });
}

/**
 * wasm-bindgen tells its imports apart by hashes, which no compression makes smaller. Their places are kept and
 * their digits are counted up from zero, in the glue and in the wasm alike.
 */
export function numberHashes(...paths) {
  const numbers = new Map();
  const number = (hash) => {
    if (!numbers.has(hash)) numbers.set(hash, numbers.size.toString(16).padStart(hash.length, "0"));
    return numbers.get(hash);
  };
  for (const path of paths) {
    const text = readFileSync(path, "latin1");
    writeFileSync(path, text.replaceAll(/(?<=(__wbg\w*_|invoke__h))[0-9a-f]{16}\b/g, number), "latin1");
  }
}
