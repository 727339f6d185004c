// The variants of the core. A page loads the one that its options need, see lib/load.js.

/**
 * `name` is that of its files in pkg/wasm: core.js is the glue, core.wasm what it needs, and inline-core.js an inlined
 * copy of that. `features` are those of Cargo.toml. `modules` maps modules of src/browser to those that take their place.
 *
 * @typedef {{name: string, features: string[], modules: Record<string, string>}} Variant
 */

/** @type {Variant[]} */
export const VARIANTS = [
  { name: "core", features: ["layer-1"], modules: {} },
  // For the options `adapter` and `sockets`.
  { name: "adapter", features: [], modules: { "incoming.js": "adapted.js" } },
];
