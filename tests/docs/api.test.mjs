import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { until } from "../support/page.mjs";
import { openSource } from "./page.mjs";
import { inWorkshop } from "./workshop.mjs";

const run = promisify(execFile);

describe("the component in README.md", () => {
  it("shows messages, sends, and shows a lost connection", async (t) => {
    const source = `
      import { createRoot } from "react-dom/client";
      import { Conversation } from "./Conversation.jsx";
      createRoot(document.getElementById("root")!).render(<Conversation id={2} />);`;
    const { page, server } = await openSource(t, { source, folder: "readme" });
    const connection = await server.connection();
    connection.send({ conversation_id: 2, message: "Hi", type: "TEXT", message_id: 1 });
    await page.getByText("Hi", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Say hello" }).click();
    assert.deepEqual(await connection.next(), { conversation_id: 2, message: "Hello", type: "TEXT" });
    server.mode = "refuse";
    connection.cut();
    await page.getByRole("alert").getByText("Connection lost").waitFor();
  });
});

describe("docs/api.md", () => {
  it("shows an example of the root entry that runs without errors", async (t) => {
    const source = `
      import "./root.js";
      import { getState, getStats } from "inbox-socket";
      Object.assign(globalThis, { getState, getStats });`;
    const { page } = await openSource(t, { source, folder: "api" });
    await until(page, () => globalThis["getStats"]()?.listeners === 0);
    assert.equal(await page.evaluate(() => globalThis["getState"]().isConnecting), false);
  });
});

describe("docs/testing.md", () => {
  it("shows tests with the fake server that pass with the configuration shown", async () => {
    const vitest = inWorkshop("node_modules", "vitest", "vitest.mjs");
    const env = { ...process.env, NODE_ENV: undefined, NODE_TEST_CONTEXT: undefined, NO_COLOR: "1" };
    const running = run(process.execPath, [vitest, "run"], { cwd: inWorkshop("testing"), env });
    const { stdout } = await running.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
    assert.match(stdout, /Tests +2 passed/);
  });
});
