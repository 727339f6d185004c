// The variants of the core. A page loads the one that its options need, see lib/load.js.

/**
 * `name` is that of its files in pkg/wasm: core.js is the glue, core.wasm what it needs, and inline-core.js an inlined
 * copy of that. `features` are those of Cargo.toml. `modules` maps modules of src/browser to those that take their place.
 * `entry` is what the glue exports, and `types` describes it. `replaced` are modules of this folder whose exports take
 * the place of globals.
 *
 * @typedef {{name: string, features: string[], modules: Record<string, string>} & Glue} Variant
 * @typedef {{entry: string, types: string, replaced: string[]}} Glue
 */

/** @type {Variant[]} */
export const VARIANTS = [
  { name: "core", features: ["layer-1"], modules: {}, entry: "entry.js", types: "core.d.ts", replaced: ["time.js"] },
  // For the options `adapter` and `sockets`.
  {
    name: "adapter",
    features: [],
    modules: { "incoming.js": "adapted.js" },
    entry: "entry.js",
    types: "core.d.ts",
    replaced: ["time.js"],
  },
  // For the option `share`: with the election of src/tabs, and sockets that may lead through another tab.
  {
    name: "shared",
    features: ["layer-1", "sharing"],
    modules: {},
    entry: "shared-entry.js",
    types: "shared.d.ts",
    replaced: ["time.js", "socket.js"],
  },
];
