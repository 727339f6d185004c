import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";

import { testFile } from "../../support/bundle.mjs";
import { packPackage } from "../../support/package.mjs";

/** @type {Awaited<ReturnType<typeof packPackage>>} */
let packed;
before(async () => void (packed = await packPackage()));
after(() => packed?.remove());

describe("the types of the package", () => {
  it("are correct for every module resolution, imported and required", async () => {
    const tarball = createPackageFromTarballData(new Uint8Array(await readFile(packed.tarball)));
    // It isn't a JavaScript module, so it needs no types.
    const analysis = await checkPackage(tarball, {
      excludeEntrypoints: ["./core.wasm", "./adapter.wasm", "./shared.wasm"],
    });
    assert.ok(analysis.types);
    // Svelte and the server can only be imported, not required.
    const isModule = (problem) =>
      problem.kind === "CJSResolvesToESM" && /^\.\/(svelte$|server)/.test(problem.entrypoint);
    assert.deepEqual(
      analysis.problems.filter((problem) => !isModule(problem)),
      [],
    );
  });

  const entries = ["index", "react", "vue", "solid", "svelte", "devtools", "testing"];
  const server = ["index", "ws", "memory", "pg", "sqlite", "redis", "postgres", "application"];
  const files = [...entries, ...server.map((name) => `server/${name}`)];
  for (const file of files.map((name) => `${name}.d.ts`)) {
    it(`document each declaration of ${file}`, async () => {
      const lines = (await readFile(testFile(`../pkg/${file}`), "utf8")).split("\n");
      const undocumented = lines.filter((line, i) => DECLARATION.test(line) && !/(\*\/|\/\/.*)$/.test(lines[i - 1]));
      assert.deepEqual(undocumented, []);
    });
  }
});

// A top-level declaration, or a member that is indented once.
const DECLARATION = /^export (declare )?(function|interface|type \w+|const)|^ {2}(readonly )?\w+\??(\(.*\))?: .*;$/;
