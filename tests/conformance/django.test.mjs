import assert from "node:assert/strict";
import { it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { conformance } from "./tool.mjs";

it("passes on the demo server, without a warning", async (t) => {
  const backend = await Backend.open();
  t.after(() => backend.close());
  const [ana, ben] = [await cookieOf(backend, "ana"), await cookieOf(backend, "ben")];
  const users = ["--user-a", `Cookie: ${ana}`, "--user-b", `Cookie: ${ben}`];
  const address = `${backend.origin.replace("http", "ws")}/ws/inbox/`;
  const options = ["--conversation", "2", "--outside", "6", "--origin", backend.origin];
  const { status, results, broken } = await conformance(address, [...options, ...users]);
  assert.deepEqual(broken, []);
  assert.equal(status, 0);
  const skipped = results.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason);
  assert.deepEqual(skipped, ["needs --restart COMMAND"]);
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
