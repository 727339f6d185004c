import assert from "node:assert/strict";
import { test } from "node:test";

import { PYTHON } from "../support/backend.mjs";
import { testFile } from "../support/bundle.mjs";
import { start } from "../support/process.mjs";
import { openRoot } from "../support/root.mjs";

test("a consumer that fails on hello still receives the message, without any option", async (t) => {
  const program = ["-m", "uvicorn", "--port", "0", "usual_consumer:application"];
  const server = await start(PYTHON, program, {
    cwd: testFile("docs/django"),
    line: /running on http(:\/\/127\.0\.0\.1:\d+)/,
  });
  t.after(() => server.stop());
  const { page } = await openRoot(t);
  const heard = await page.evaluate((url) => {
    inbox.configure({ url, reconnectDelays: [50] });
    const result = inbox.sendMessage(1, "hi");
    return new Promise((resolve) => void inbox.subscribe(1, async (frame) => resolve([frame, await result])));
  }, `ws${server.match[1]}/`);
  assert.deepEqual(heard, [{ conversation_id: 1, message: "hi" }, { status: "sent" }]);
});
