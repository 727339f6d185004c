import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { startServer } from "./server.mjs";
import { conformance } from "./tool.mjs";

const OPTIONS = ["--conversation", "2", "--outside", "9", "--origin", "https://chat.example", "--timeout", "1500"];
const USERS = ["--user-a", "?user=ana", "--user-b", "?user=ben"];

/** Each fault, with the check of each rule that it breaks. @type {[import("./server.mjs").Fault, string[]][]} */
const FAULTS = [
  ["none", []],
  ["history sent to all connections", ["2.6"]],
  ["error without a ref", ["2.8"]],
  ["error closes the connection", ["2.9"]],
  ["heads above the stored messages", ["3.6"]],
  ["hello answered by an error when busy", ["3.7"]],
  ["ack before the message is stored", ["4.2"]],
  ["ack of a repeated message lost", ["4.3", "4.5", "4.6"]],
  ["repeated message stored twice", ["4.4", "4.5", "4.8"]],
  ["repeated message broadcast", ["4.8"]],
  ["message overtakes a rejected one", ["4.9"]],
  ["seq with a hole", ["5.1"]],
  ["message above the heads of sync", ["6.2"]],
  ["has_more without progress", ["6.3"]],
  ["floor missing", ["6.4"]],
  ["wrong total in pong", ["7.1"]],
  ["replies out of order", ["8.1"]],
  ["numbers above 2^53 accepted", ["9.3"]],
];

// A faulty server stays silent until the time limit, so most of each test is waiting.
describe("the tool names the broken rule of a server with this fault", { concurrency: 4 }, () => {
  for (const [fault, checks] of FAULTS) {
    it(fault, async (t) => {
      const server = await startServer(fault);
      t.after(() => server.stop());
      const { status, results, broken } = await conformance(server.url, [...OPTIONS, ...USERS]);
      const failed = results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
      assert.deepEqual(failed, checks, broken.join("\n"));
      assert.equal(status, checks.length > 0 ? 1 : 0);
    });
  }
});
