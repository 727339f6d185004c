// The entry of pkg/wasm/core.js and its variants. "glue" is what wasm-bindgen makes.
//
// wasm-bindgen's own loader, the default export, is left out: it refers to the .wasm file by import.meta.url, which
// bundlers act upon.

import { createInbox as create, initSync } from "glue";
import { setTime } from "./time.js";

/** Loads the wasm. A second call does nothing. @param wasm the option of that name, or the module of the inlined copy */
export async function load(wasm) {
  initSync({ module: await compile(wasm) });
}

/** Creates an inbox with these options. `time` is the one that all inboxes go by from now on. */
export function createInbox(options) {
  setTime(options.time);
  return create(options);
}

function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm === "string" || wasm instanceof URL) return WebAssembly.compileStreaming(fetch(wasm));
  // A body can be read only once, and loading may be retried.
  if (wasm instanceof Response) return WebAssembly.compileStreaming(wasm.clone());
  return wasm.compile?.() ?? WebAssembly.compile(wasm);
}
