import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

withEachReact("the shared connection", (open) => {
  it("opens with the first component, stays open for the second, and closes with 1000 after the last", async (t) => {
    const { page, server } = await open(t);
    assert.equal(await page.evaluate(() => inbox.getState().isConnecting), false);
    await page.evaluate(() => show({ one: { id: 1 } }));
    const connection = await server.connection();
    await page.evaluate(() => show({ one: { id: 1 }, two: { id: 2 } }));
    await page.evaluate(() => show({ two: { id: 2 } }));
    connection.send({ conversation_id: 2, message: "still there" });
    await until(page, () => probe("two").heard.length === 1);
    await page.evaluate(() => show({}));

    assert.equal((await connection.closed).code, 1000);
    assert.equal(server.attempts.length, 1);
    await until(page, () => !inbox.getState().isConnected);
    const idle = { isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 };
    assert.deepEqual(await page.evaluate(() => inbox.getState()), idle);
  });

  it("opens again when a component mounts after it has closed", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ one: { id: 1 } }));
    const first = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(() => show({}));
    await first.closed;
    await page.evaluate(() => show({ one: { id: 1 } }));
    (await server.connection()).send({ conversation_id: 1, message: "back" });
    await until(page, () => probe("one").heard.length === 1);
  });

  it("opens once under StrictMode, whose components receive each message once", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, reads: ["lastMessage"] }, list: { id: null } }, { strict: true }));
    const connection = await server.connection();
    for (const message of ["one", "two"]) connection.send({ conversation_id: 1, message });
    await until(page, () => probe("a").shown.lastMessage?.message === "two");

    for (const name of ["a", "list"]) {
      const texts = await page.evaluate((name) => probe(name).heard.map(({ message }) => message), name);
      assert.deepEqual(texts, ["one", "two"]);
    }
    assert.equal(server.attempts.length, 1);
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 2);
  });

  it("stays open when all components unmount and others mount within the linger", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ before: { id: 1 } }));
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(async () => {
      show({});
      // Far below the linger, and a browser runs timers in the order in which they are due.
      await new Promise((resolve) => setTimeout(resolve, 50));
      show({ after: { id: 2 } });
    });
    connection.send({ conversation_id: 2, message: "hi" });
    await until(page, () => probe("after").heard.length === 1);

    assert.equal(server.attempts.length, 1);
  });

  it("subscribes to nothing while the id is false", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ chat: { id: false, reads: ["isConnecting", "lastMessage"] } }));
    await until(page, () => probe("chat").shown.isConnecting === false);
    assert.equal(await page.evaluate(() => inbox.getStats()), null);
    await page.evaluate(() => show({ chat: { id: 1, reads: ["isConnecting", "lastMessage"] } }));
    (await server.connection()).send({ conversation_id: 1, message: "hi" });
    await until(page, () => probe("chat").shown.lastMessage?.message === "hi");
  });

  it("takes one handshake for a hundred conversations, and keeps no callback in memory", async (t) => {
    const { page, server } = await open(t);
    const browser = await page.context().newCDPSession(page);
    await page.evaluate(() => {
      const callbacks = [];
      const probes = {};
      for (let id = 0; id < 100; id++) {
        const onMessage = () => {};
        callbacks.push(new WeakRef(onMessage));
        probes[id] = { id, reads: ["lastMessage", "error"], onMessage };
      }
      Object.assign(globalThis, { callbacks });
      show(probes);
    });
    const connection = await server.connection();
    connection.send({ conversation_id: 99, message: "hi" });
    await until(page, () => probe("99").shown.lastMessage?.message === "hi");
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 100);

    await page.evaluate(() => {
      // React keeps the results of the last two renders.
      for (let i = 0; i < 3; i++) show({});
      forget();
    });
    assert.equal((await connection.closed).code, 1000);
    assert.equal(server.attempts.length, 1);
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 0);
    await browser.send("HeapProfiler.collectGarbage");
    const left = await page.evaluate(() => globalThis["callbacks"].filter((callback) => callback.deref()).length);
    assert.equal(left, 0);
  });
});
