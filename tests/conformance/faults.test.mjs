import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { commandFor } from "./command-for.mjs";
import { FAULTS } from "./faults.mjs";
import { startServer } from "./server.mjs";
import { conformance } from "./tool.mjs";

const OPTIONS = ["--conversation", "2", "--outside", "9", "--origin", "https://chat.example", "--timeout", "3000"];
const USERS = ["--user-a", "?user=ana", "--user-b", "?user=ben"];

// Commands take long, so a fault is tested only with those that its checks need.
const WITH_RESTART = ["5.3"];
const WITH_LEAVE = ["2.10", "2.11", "2.12", "3.8", "4.10", "6.7", "6.8", "7.3"];

// A faulty server stays silent until the time limit, so most of each test is waiting.
describe("the tool names the broken rule of a server with this fault", { concurrency: 4 }, () => {
  for (const [fault, checks] of FAULTS) {
    it(fault, async (t) => {
      const server = await startServer(fault);
      t.after(() => server.stop());
      const needs = (/** @type {string[]} */ ids) => checks.length === 0 || checks.some((id) => ids.includes(id));
      const { status, results, broken } = await conformance(server.url, [
        ...[...OPTIONS, ...USERS],
        ...(needs(WITH_RESTART) ? await restartOption(t, server.state) : []),
        ...(needs(WITH_LEAVE) ? await leaveOptions(t, server.state) : []),
      ]);
      const failed = results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
      assert.deepEqual(failed, [...checks], broken.join("\n"));
      assert.equal(status, checks.length > 0 ? 1 : 0);
    });
  }
});

/** @param {import("node:test").TestContext} t @param {any} state */
const restartOption = async (t, state) => ["--restart", await commandFor(t, () => state.restart())];

/** @param {import("node:test").TestContext} t @param {any} state */
async function leaveOptions(t, state) {
  return [
    ...["--leave", await commandFor(t, ({ conversation, user }) => state.leave(conversation, user))],
    ...["--join", await commandFor(t, ({ conversation, user }) => state.join(conversation, user))],
  ];
}
