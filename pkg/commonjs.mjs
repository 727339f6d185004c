// Makes pkg/commonjs before the package is packed: the same modules for those who `require` them, as Jest does. The
// page's client is global, so a page that has a copy of each kind still has one connection.

import { copyFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "commonjs");

rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: ["*.js", "lib/**/*.js", "wasm/*.js"],
  outdir: out,
  outbase: here,
  format: "cjs",
  platform: "neutral",
  target: "es2022",
  // Jest knows import() only where it is started with a flag.
  supported: { "dynamic-import": false },
  logLevel: "warning",
  logOverride: { "duplicate-object-key": "silent" },
});
for (const name of readdirSync(here)) if (/^\w+\.d\.ts$/.test(name)) copyFileSync(join(here, name), join(out, name));
// Svelte's own compiler reads modules only.
for (const name of ["svelte.svelte.js", "svelte.d.ts"]) rmSync(join(out, name));
writeFileSync(join(out, "package.json"), '{ "type": "commonjs", "sideEffects": false }\n');
