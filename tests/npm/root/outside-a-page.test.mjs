import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { bundle } from "../../support/bundle.mjs";
import { runInNode } from "../../support/node.mjs";

describe("outside a page", () => {
  it("a core that fails to load does not keep the program running, and a watcher's error does not end it", async () => {
    const files = await bundle({ main: "npm/root/alone.ts" }, { platform: "node" });
    const { stdout, stderr } = await runInNode(files, "main.js");
    assert.match(stdout, /^Unable to load inbox-socket: WebAssembly is not defined\n$/);
    assert.match(stderr, /a watcher's mistake/);
  });
});
