import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, it } from "node:test";

import { DOCS, documented } from "../../../pkg/build/options.mjs";
import { FRAME_LIMIT, MESSAGE_LIMIT } from "../../../src/browser/numbers.js";

const read = (/** @type {string} */ path) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the options", () => {
  for (const [path, text] of documented()) {
    it(`are documented in ${basename(path)} as they are checked; if not, run \`npm run options\` in pkg`, async () => {
      assert.equal(await readFile(path, "utf8"), text);
    });
  }

  it("are documented with the defaults of the core", async () => {
    const config = /fn default\(\) -> Self \{[^]*?\n {4}\}/.exec(await read("src/core/config.rs"))?.[0] ?? "";
    const defaults = [...config.matchAll(/^ +(\w+): (?:vec!)?(\[.*\]|[\d._]+),$/gm)].map(
      ([, name = "", value = ""]) => [
        name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
        JSON.parse(value.replaceAll("_", "").replace(/\.0$/, "")),
      ],
    );
    assert.equal(defaults.length, 7);
    const limits = [
      ["frameLimit", FRAME_LIMIT],
      ["messageLimit", MESSAGE_LIMIT],
    ];
    for (const [name, value] of [...defaults, ...limits]) {
      assert.deepEqual(JSON.parse(DOCS[name]?.initial.replaceAll("`", "") ?? "null"), value, name);
    }
  });
});
