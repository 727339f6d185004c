/**
 * Loads the core, or the variant of it that the options need (build/variants.mjs). Everything heavy is behind these
 * dynamic imports, so that bundlers put it into separate chunks and a page loads it only on the first subscription.
 *
 * @param {import("../index.js").Options} options
 * @returns {Promise<{createInbox(options: object): any}>}
 */
export async function loadCore({ wasm, sockets, adapter, persist, share }) {
  const each = sockets === "each";
  const [core, binary, queue] = await Promise.all([
    share
      ? import("./share/create.js")
      : each
        ? import("./wire/sockets.js")
        : adapter
          ? import("./wire/create.js")
          : import("../wasm/core.js"),
    wasm ??
      (share
        ? import("../wasm/inline-shared.js")
        : each || adapter
          ? import("../wasm/inline-adapter.js")
          : import("../wasm/inline-core.js")),
    persist && import("./persist/create.js"),
  ]);
  await core.load(binary);
  return queue ? queue.keep(core) : core;
}
