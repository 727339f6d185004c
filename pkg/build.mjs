// Makes pkg/wasm from the crate: the optimised core.wasm, the same inlined, and the glue between it and the page.
// Then weighs what a page has to load, and fails if that has grown over its budget.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import { inline } from "./build/inline.mjs";
import { numberHashes, optimise, snipPanics } from "./build/shrink.mjs";
import { report } from "./build/sizes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const crate = dirname(here);
const made = join(crate, "target", "wasm-pack");
const out = join(here, "wasm");
// What the core uses in the place of the page's own.
const time = join(here, "time.js");
const socket = join(here, "socket.js");

const wasm = join(made, "core_bg.wasm");
const glue = join(made, "core.js");

// Of what the glue has besides the crate's exports: see further().
const FURTHER_TYPES = `export { lendTime } from "../time.js";
export { watchAttempts } from "../socket.js";
type Listener = { next?: Listener };
type Heard<Id> = { id: Id; first?: Listener };
export const conversations: Map<string | number, Heard<string | number>>;
export const everything: Heard<null>;
export const outgoing: Map<number, { text: string }>;
`;

// Of the 1 MiB that a linker gives by itself a page would hold nearly all for nothing: nothing here recurses.
const SMALL_STACK = "-Clink-arg=-zstack-size=131072";

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
compileCrate();
snipPanics(wasm);
numberHashes(wasm, glue);
optimise(wasm, join(out, "core.wasm"));
writeFileSync(join(out, "inline.js"), inline(readFileSync(join(out, "core.wasm"))));
await bundleGlue();
const types = readFileSync(join(made, "core.d.ts"), "utf8");
writeFileSync(join(out, "core.d.ts"), `${types}\n${FURTHER_TYPES}`);
// npm shows and packs these two from the package's own folder.
for (const name of ["README.md", "LICENSE"]) copyFileSync(join(crate, name), join(here, name));

const named = join(made, "named.wasm");
optimise(wasm, named, { names: true });
await report(here, named);

function compileCrate() {
  const how = ["--release", "--target", "web", "--mode", "no-install", "--no-pack"];
  const where = ["--out-dir", made, "--out-name", "core"];
  execFileSync("wasm-pack", ["build", crate, ...how, ...where, "--", "--locked", "--features", "npm"], {
    stdio: "inherit",
    env: { ...process.env, CARGO_ENCODED_RUSTFLAGS: [...withoutPaths(), SMALL_STACK].join("\x1f") },
  });
}

/** Sources are named in the wasm, and where they are on this machine is nobody else's business. */
function withoutPaths() {
  const metadata = execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], {
    cwd: crate,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const manifests = JSON.parse(metadata).packages.map(({ manifest_path }) => manifest_path);
  const folders = new Set(manifests.map((manifest) => dirname(dirname(manifest))));
  return [...folders].map((folder) => `--remap-path-prefix=${folder}=`);
}

/**
 * One file of glue. wasm-bindgen's own loader stays out of it (nobody here asks for its default export): it names
 * the .wasm file by import.meta.url, which bundlers act upon.
 */
async function bundleGlue() {
  const names = [
    "initSync", "changeUser", "configure", "disconnect", "getState", "getStats", "inspect", "isUnderWay", "requestMessages", "retry", "send", "sendMessage",
    "subscribe", "subscribeState", "useWebSocket",
  ];
  await build({
    stdin: {
      contents: [`export { ${names.join(", ")} } from "./core.js";`, ...further()].join("\n"),
      resolveDir: made,
    },
    bundle: true,
    minify: true,
    inject: [time, socket],
    format: "esm",
    target: "es2022",
    outfile: join(out, "core.js"),
    logLevel: "warning",
    // wasm-bindgen names a snippet once for each block of imports from it.
    logOverride: { "duplicate-object-key": "silent" },
  });
}

/** What a test lends to the core, and what a developer is shown of it. */
function further() {
  const snippets = join(made, "snippets");
  const browser = join(snippets, readdirSync(snippets)[0], "src/browser");
  return [
    `export { lendTime } from "${time}";`,
    `export { watchAttempts } from "${socket}";`,
    `export { conversations, everything } from "${browser}/envelope.js";`,
    `export { outgoing } from "${browser}/outgoing.js";`,
  ];
}
