// Shrinks the wasm of wasm-bindgen to what a page needs. The gains were measured by leaving each step out.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";

export const WASM_OPT = fileURLToPath(new URL("../node_modules/.bin/wasm-opt", import.meta.url));

// The features that every supported browser has. --all-features would make a file that browsers refuse.
const FEATURES = [
  "bulk-memory",
  "nontrapping-float-to-int",
  "sign-ext",
  "reference-types",
  "multivalue",
  "mutable-globals",
].map((feature) => `--enable-${feature}`);

// A panic writes its text to a standard error that pages don't have, and then traps. Nothing else in the crate formats
// text (tests/purity.rs checks this), so the functions that write it can go; the trap stays. Gain: 2,109 bytes of
// core.wasm in brotli (17,548 → 15,439).
const WRITES_PANICS = /panicking|begin_unwind|alloc_error|handle_error|unwrap_failed|expect_failed|core\[\w+\]::fmt::/;

/** Replaces the body of each function that only writes a panic's text with a trap. */
export function snipPanics(path) {
  const module = binaryen.readBinary(readFileSync(path));
  const functions = Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  );
  const snipped = functions.filter(({ name, base }) => base === "" && WRITES_PANICS.test(name));
  // If the compiler changed the names, the build would silently grow without this check.
  if (snipped.length === 0) throw new Error(`${path}: no function looks as if it wrote a panic's text`);
  for (const { name, params, results } of snipped) {
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
  // The report of sizes needs the names.
  binaryen.setDebugInfo(true);
  writeFileSync(path, module.emitBinary());
}

// What those functions wrote: places in sources, numbers' digits, the standard library's sentences. wasm-opt drops zeros
// from the data. Gain: 314 bytes of core.wasm in brotli.
const PANIC_TEXTS = new RegExp(
  [
    String.raw`(?:/rustc/|src/|js-sys-)[\w/.-]+\.rs`,
    String.raw`0001020304\d+9899`,
    "RefCell already (?:mutably )?borrowed|cannot access a Thread Local Storage value during or after destruction: ",
    String.raw`index out of bounds: the len is | but the index is |removal index \(is |\) should be < len \(is |capacity overflow`,
  ].join("|"),
  "g",
);

/** Replaces the texts of panics, which no function reads after `snipPanics`, with zeros. */
export function clearPanicTexts(path) {
  const wasm = readFileSync(path, "latin1");
  writeFileSync(
    path,
    wasm.replaceAll(PANIC_TEXTS, (text) => "\0".repeat(text.length)),
    "latin1",
  );
}

/** Removes what wasm-bindgen exports for its glue, for a wasm without one. @param {string} path @param {RegExp} glue */
export function removeExports(path, glue) {
  const module = binaryen.readBinary(readFileSync(path));
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(path)))) {
    if (glue.test(name)) module.removeExport(name);
  }
  writeFileSync(path, module.emitBinary());
}

// The stack begins at the lowest address and grows towards it, so that only the end of a full one lies in the first
// kilobyte: wasm-opt may assume that no pointer leads there, and fold more of the address computations. Gain: 88 bytes of
// inline-core.js in brotli, and 160 of inline-shared.js.
const SMALLEST = ["-Oz", "--low-memory-unused", "--converge"];

/** Writes the smallest wasm; with `names`, it keeps the functions' names. */
export function optimise(from, to, { names = false } = {}) {
  const strip = names ? ["-g"] : ["--strip-debug", "--strip-producers", "--strip-target-features"];
  execFileSync(WASM_OPT, [from, ...SMALLEST, ...strip, ...FEATURES, "-o", to], { stdio: "inherit" });
}

/**
 * Replaces the hashes in the names of wasm-bindgen's imports, which don't compress, with counted numbers of the same
 * length, in the glue and in the wasm. Gain in brotli: 150 bytes of core.wasm and 119 of the glue.
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
