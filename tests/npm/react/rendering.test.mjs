import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

/** All members that can change. */
const ALL = ["isConnected", "isConnecting", "error", "reconnectAttempts", "lastMessage"];

/** @param {import("playwright-core").Page} page @param {string} name */
const renders = (page, name) => page.evaluate((name) => probe(name).renders, name);

withEachReact("a component", (open) => {
  it("that does not read lastMessage does not render for a message", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      show({
        deaf: { id: 1, reads: ["isConnected", "error", "sendMessage"] },
        reader: { id: 1, reads: ["isConnected", "lastMessage"] },
      });
    });
    const connection = await server.connection();
    await until(page, () => probe("deaf").shown.isConnected && probe("reader").shown.isConnected);
    const [deaf, reader] = [await renders(page, "deaf"), await renders(page, "reader")];
    for (const message of ["one", "two", "three"]) {
      connection.send({ conversation_id: 1, message });
      await until(page, (message) => probe("reader").shown.lastMessage?.message === message, message);
    }

    assert.equal(await page.evaluate(() => probe("deaf").heard.length), 3);
    assert.equal(await renders(page, "deaf"), deaf);
    assert.equal(await renders(page, "reader"), reader + 3);
  });

  it("that reads lastMessage does not render for another conversation's message", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ one: { id: 1, reads: ["lastMessage"] }, two: { id: 2, reads: ["lastMessage"] } }));
    const connection = await server.connection();
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => probe("one").shown.lastMessage?.message === "hi");

    assert.equal(await renders(page, "one"), 2);
    assert.equal(await renders(page, "two"), 1);
  });

  it("that reads only functions renders once, whatever the connection does", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(
      (all) => {
        inbox.configure({ reconnectDelays: [60_000] });
        show({ writer: { id: 1, reads: ["sendMessage", "requestMessages", "retry"] }, watcher: { id: 1, reads: all } });
      },
      /** @type {any} */ (ALL),
    );
    const connection = await server.connection();
    await until(page, () => probe("watcher").shown.isConnected);
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => probe("watcher").shown.lastMessage);
    connection.cut();
    await until(page, () => probe("watcher").shown.error);
    await page.evaluate(() => probe("writer").chat.retry());
    await until(page, () => probe("watcher").shown.isConnected);

    assert.equal(await renders(page, "writer"), 1);
  });

  it("that does not read error or the number of attempts does not render for them", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(
      (all) => {
        inbox.configure({ reconnectDelays: [1], maxAttempts: 3 });
        show({ calm: { id: 1, reads: ["isConnected", "lastMessage"] }, watcher: { id: 1, reads: all } });
      },
      /** @type {any} */ (ALL),
    );
    const connection = await server.connection();
    await until(page, () => probe("calm").shown.isConnected);
    const before = await renders(page, "calm");
    server.mode = "refuse";
    connection.cut();
    await until(page, () => probe("watcher").shown.error?.startsWith("Unable to connect"));

    // Once, for isConnected.
    assert.equal(await renders(page, "calm"), before + 1);
    assert.equal(await page.evaluate(() => probe("watcher").shown.reconnectAttempts), 3);
  });

  it("that reads every member renders once for each change", async (t) => {
    const { page, server } = await open(t);
    server.mode = "hold";
    await page.evaluate((all) => show({ a: { id: 1, reads: all } }), /** @type {any} */ (ALL));
    await server.attempt();
    // The first render already shows connecting, so the attempt changes nothing.
    assert.equal(await page.evaluate(() => probe("a").shown.isConnecting), true);
    assert.equal(await renders(page, "a"), 1);
    server.letGo("accept");
    const connection = await server.connection();
    await until(page, () => probe("a").shown.isConnected);
    assert.equal(await renders(page, "a"), 2);
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => probe("a").shown.lastMessage);
    assert.equal(await renders(page, "a"), 3);
  });

  it("that reads a member after rendering, in an event, renders for it from then on", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ late: { id: 1 }, watcher: { id: 1, reads: ["lastMessage", "isConnected"] } }));
    const connection = await server.connection();
    await until(page, () => probe("watcher").shown.isConnected);
    assert.equal(await renders(page, "late"), 1);
    assert.equal(await page.evaluate(() => probe("late").chat.lastMessage), null);
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => probe("watcher").shown.lastMessage);

    assert.equal(await renders(page, "late"), 2);
    assert.equal(await page.evaluate(() => probe("late").chat.lastMessage?.message), "hi");
  });

  it("may destructure or spread the result, and then renders for the members that it copied", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1 } }));
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    const spread = await page.evaluate(() => {
      const { isConnected, ...rest } = probe("a").chat;
      const { error, reconnectAttempts, lastMessage, isConnecting } = { ...rest };
      const functions = Object.values(rest).filter((value) => typeof value === "function").length;
      return { isConnected, isConnecting, error, reconnectAttempts, lastMessage, functions };
    });
    assert.deepEqual(spread, {
      isConnected: true,
      isConnecting: false,
      error: null,
      reconnectAttempts: 0,
      lastMessage: null,
      functions: 3,
    });
    const result = await page.evaluate(() => {
      const { sendMessage } = probe("a").chat;
      return sendMessage(1, "destructured");
    });
    assert.deepEqual(result, { status: "sent" });
    assert.equal((await connection.next()).message, "destructured");
    const before = await renders(page, "a");
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, (before) => probe("a").renders === before + 1, before);
  });

  it("receives the same functions on every render, for all conversations", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => show({ a: { id: 1, reads: ["isConnected"] }, b: { id: 2 } }));
    const same = await page.evaluate(() => {
      const first = probe("a").chat;
      show({ a: { id: 3, reads: ["isConnected"] }, b: { id: 2 } });
      const then = probe("a").chat;
      return /** @type {const} */ (["sendMessage", "requestMessages", "retry"]).map(
        (name) => first[name] === then[name] && first[name] === probe("b").chat[name],
      );
    });
    await server.connection();

    assert.deepEqual(same, [true, true, true]);
  });
});
