// Compiles the value of the option `wasm`. Built into pkg/wasm/core.js, so that a page without that option does not load
// it before the first subscription.

/** @param {string | URL | Response | BufferSource | WebAssembly.Module} wasm */
export function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm === "string" || wasm instanceof URL) return WebAssembly.compileStreaming(fetch(wasm));
  // A body can be read only once, and loading may be retried.
  if (wasm instanceof Response) return WebAssembly.compileStreaming(wasm.clone());
  return WebAssembly.compile(wasm);
}
