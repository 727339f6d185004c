import assert from "node:assert/strict";
import { it } from "node:test";

import { bundle } from "../../support/bundle.mjs";
import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

it("two copies of the package in one page share one connection, its options and its state", async (t) => {
  const copy = await bundle({ page: "npm/root/page.ts" }, { under: "/copy" });
  const { page, server } = await openRoot(t, { more: copy });
  await page.evaluate(async () => {
    const first = inbox;
    const address = "/copy/page.js";
    await import(address);
    const heard = [];
    Object.assign(globalThis, { first, second: inbox, heard });
    first.configure({ url: "/chat" });
    globalThis["handles"] = [
      first.useWebSocket(1, ({ message }) => heard.push(`first: ${message}`)),
      inbox.useWebSocket(1, ({ message }) => heard.push(`second: ${message}`)),
    ];
  });
  assert.ok(await page.evaluate(() => globalThis["first"].subscribe !== globalThis["second"].subscribe), "two copies");
  const connection = await server.connection();
  assert.equal(connection.path, "/chat");
  await until(page, () => globalThis["first"].getState().isConnected && globalThis["second"].getState().isConnected);
  connection.send({ conversation_id: 1, message: "hi" });
  await until(page, () => globalThis["heard"].length === 2);

  assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["first: hi", "second: hi"]);
  assert.equal(server.attempts.length, 1);
  assert.equal(await page.evaluate(() => globalThis["second"].getStats()?.listeners), 2);
  await assert.rejects(
    page.evaluate(() => globalThis["second"].configure({ url: "/other" })),
    /before the connection is used/,
  );
  await page.evaluate(() => globalThis["handles"][0].release());
  assert.ok(connection.isOpen);
  await page.evaluate(() => globalThis["handles"][1].release());
  assert.equal((await connection.closed).code, 1000);
});
