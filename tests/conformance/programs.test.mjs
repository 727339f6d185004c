// The tool on our servers: every check must pass, also with kills, and with a user who leaves and joins again.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { commandFor } from "./command-for.mjs";
import { PROGRAMS } from "./programs/index.mjs";
import { conformance } from "./tool.mjs";

// Most of each test is waiting: the servers limit the rate of frames.
describe("every check passes on", { concurrency: true }, () => {
  for (const { title, start, warnings, skip = false } of PROGRAMS) {
    it(title, { skip }, async (t) => {
      const { url, users, conversation, outside, restart, leave, join } = await start(t);
      const { host } = new URL(url);
      const { status, results, broken } = await conformance(url, [
        ...["--conversation", conversation, "--outside", outside, "--origin", `http://${host}`],
        ...["--user-a", users.a, "--user-b", users.b],
        ...["--restart", await commandFor(t, restart)],
        ...["--leave", await commandFor(t, leave), "--join", await commandFor(t, join)],
      ]);
      const others = results.filter(({ outcome }) => outcome !== "passed");
      assert.deepEqual(
        others.map(({ id, outcome }) => [id, outcome]),
        warnings.map((id) => [id, "warned"]),
        broken.join("\n"),
      );
      assert.equal(status, 0);
    });
  }
});
