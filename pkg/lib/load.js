/**
 * Loads the core. Everything heavy is behind these two dynamic imports, so that bundlers put it into separate
 * chunks and a page loads it only on the first subscription.
 *
 * @param {import("../index.js").Options["wasm"]} wasm
 */
export async function loadCore(wasm) {
  const [core, binary] = await Promise.all([
    import("../wasm/core.js"),
    wasm ?? import("../wasm/inline.js").then((inline) => inline.compile()),
  ]);
  core.initSync({ module: await core.compile(binary) });
  return core;
}
