// The report of sizes at the end of a build, and the budget.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { WASM_OPT } from "./shrink.mjs";
import { VARIANTS } from "./variants.mjs";
import { plus, sizeOf, weigh } from "./weigh.mjs";

// Upper limits in bytes. Lower them when something becomes smaller.
const BUDGET = {
  "react with configure(), before the first subscription": { gzip: 3_430, brotli: 3_100 },
  "react, before the first subscription": { gzip: 2_440, brotli: 2_220 },
  "root, before the first subscription": { gzip: 3_340, brotli: 3_000 },
  "react, everything": { gzip: 26_250, brotli: 23_840 },
  "react, everything, core.wasm as a file": { gzip: 25_770, brotli: 23_280 },
  "react, everything with adapter": { gzip: 24_380, brotli: 22_170 },
  "react, everything with persist": { gzip: 35_300, brotli: 31_910 },
  "react, everything with share": { gzip: 35_350, brotli: 31_950 },
  "react, everything with sockets: each": { gzip: 25_130, brotli: 22_870 },
};

const DEPENDENCIES = /^(inbox_socket|wasm_bindgen|js_sys|web_sys|gloo_timers|serde\w*|talc|hashbrown)$/;

/**
 * Prints the sizes. Throws if one exceeds its budget.
 *
 * @param {string} pkg the package's folder
 * @param {(variant: import("./variants.mjs").Variant) => string} named its optimised wasm with the functions' names
 */
export async function report(pkg, named) {
  const names = VARIANTS.flatMap(({ name }) => [`wasm/${name}.wasm`, `wasm/inline-${name}.js`, `wasm/${name}.js`]);
  const files = Object.fromEntries(names.map((name) => [name, sizeOf(readFileSync(join(pkg, name)))]));
  const hook = 'export { useWebSocket } from "./react.js";';
  const react = await weigh(hook, pkg);
  const configured = await weigh(`${hook} export { configure } from "./index.js";`, pkg);
  const root = await weigh('export * from "./index.js";', pkg);
  const entries = {
    "react, before the first subscription": react.first,
    "react with configure(), before the first subscription": configured.first,
    "root, before the first subscription": root.first,
    "react, everything": react.all,
    "react, everything, core.wasm as a file": plus(
      plus(react.all, files["wasm/inline-core.js"], -1),
      files["wasm/core.wasm"],
    ),
    "react, everything with adapter": (await weigh(hook, pkg, "adapter")).all,
    "react, everything with persist": (await weigh(hook, pkg, "persist")).all,
    "react, everything with share": (await weigh(hook, pkg, "share")).all,
    "react, everything with sockets: each": (await weigh(hook, pkg, "sockets")).all,
  };
  const sizes = Object.entries({ ...files, ...entries });
  table(
    "size in bytes",
    ["raw", "gzip", "at most", "brotli", "at most"],
    sizes.map(([name, { raw, gzip, brotli }]) => [
      name,
      raw,
      gzip,
      BUDGET[name]?.gzip ?? "",
      brotli,
      BUDGET[name]?.brotli ?? "",
    ]),
  );
  for (const variant of VARIANTS) table(`${variant.name}.wasm is made of`, ["raw"], composition(named(variant)));
  refuseExcess(entries);
}

function refuseExcess(entries) {
  for (const [name, budget] of Object.entries(BUDGET)) {
    for (const [way, most] of Object.entries(budget)) {
      const size = entries[name][way];
      if (size > most)
        throw new Error(`${name}: ${size} bytes in ${way}, and the budget in build/sizes.mjs is ${most}`);
    }
  }
}

/** Bytes of code by the crate that it comes from, and of data; most first. */
function composition(named) {
  const metrics = execFileSync(WASM_OPT, [named, "--all-features", "--func-metrics", "-o", "/dev/null"], {
    encoding: "utf8",
  });
  const parts = new Map();
  const put = (part, bytes) => parts.set(part, (parts.get(part) ?? 0) + Number(bytes));
  for (const [, name, bytes] of metrics.matchAll(/^func: (.*)\n \[binary-bytes\] *: (\d+)/gm))
    put(crateOf(name), bytes);
  put("data", metrics.match(/\[memory-data\] *: (\d+)/)?.[1] ?? 0);
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** A generic function of the standard library is counted for the crate whose types it was made for. */
function crateOf(name) {
  const crates = [...name.matchAll(/([a-z]\w*)(?:\[\w+\])?::/g)].map(([, crate]) => crate);
  return crates.find((crate) => DEPENDENCIES.test(crate)) ?? crates[0] ?? "exports";
}

function table(title, columns, rows) {
  const lines = [[title, ...columns], ...rows].map(
    ([first, ...rest]) => `  ${String(first).padEnd(54)}${rest.map((cell) => String(cell).padStart(9)).join("")}`,
  );
  console.log(`${lines.join("\n")}\n`);
}
