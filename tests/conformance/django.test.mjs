import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { it } from "node:test";

import { Backend } from "../support/backend.mjs";
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
  assert.deepEqual(
    results.filter(({ outcome }) => outcome === "skipped"),
    [],
  );
});

/** Returns a shell command that calls `run` and ends when it is done. @param {import("node:test").TestContext} t */
async function commandFor(t, run) {
  const server = createServer(async (_, response) => {
    await run();
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `"${process.execPath}" -e "fetch('http://127.0.0.1:${port}/')"`;
}

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
