/**
 * Loads the core. Everything heavy is behind these two dynamic imports, so that bundlers put it into separate
 * chunks and a page loads it only on the first subscription.
 *
 * @param {import("../index.js").Options["wasm"]} wasm
 */
export async function loadCore(wasm) {
  const [core, module] = await Promise.all([
    import("../wasm/core.js"),
    wasm === undefined ? import("../wasm/inline.js").then((inline) => inline.compile()) : compile(await wasm),
  ]);
  core.initSync({ module });
  return core;
}

/** @param {string | URL | Response | BufferSource | WebAssembly.Module} wasm */
function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  // A body can be read only once, and loading may be retried.
  if (wasm instanceof Response) return WebAssembly.compileStreaming(wasm.clone());
  if (typeof wasm === "string" || wasm instanceof URL) return WebAssembly.compileStreaming(fetch(wasm));
  return WebAssembly.compile(wasm);
}
