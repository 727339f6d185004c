import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { bundle } from "../../support/bundle.mjs";
import { runInNode } from "../../support/node.mjs";

describe("outside of a page", () => {
  it("a core that cannot be loaded neither keeps the program running nor ends it, nor does a watcher's error", async () => {
    const files = await bundle({ main: "hook/root/alone.ts" }, { platform: "node" });
    const { stdout, stderr } = await runInNode(files, "main.js");
    assert.match(stdout, /^Unable to load inbox-socket: WebAssembly is not defined\n$/);
    assert.match(stderr, /a watcher's mistake/);
  });
});
