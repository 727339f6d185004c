import assert from "node:assert/strict";
import { it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { commandFor } from "./command-for.mjs";
import { conformance } from "./tool.mjs";

it("passes on the demo server, without a warning", async (t) => {
  const backend = await Backend.open();
  t.after(() => backend.close());
  const [ana, ben] = [await cookieOf(backend, "ana"), await cookieOf(backend, "ben")];
  const users = ["--user-a", `Cookie: ${ana}`, "--user-b", `Cookie: ${ben}`];
  const address = `${backend.origin.replace("http", "ws")}/ws/inbox/`;
  const restart = await commandFor(t, async () => {
    await backend.kill();
    await backend.restart();
  });
  const options = ["--conversation", "2", "--outside", "6", "--origin", backend.origin, "--restart", restart];
  const { status, results, broken } = await conformance(address, [...options, ...users]);
  assert.deepEqual(broken, []);
  assert.equal(status, 0);
  const skipped = results.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason);
  assert.deepEqual([...new Set(skipped)], ["needs --leave COMMAND and --join COMMAND"]);
});

/** @param {Backend} backend @param {string} username */
async function cookieOf({ origin }, username) {
  const response = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: "demo" }),
  });
  assert.ok(response.ok, `${username} must be able to log in; got ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
