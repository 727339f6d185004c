import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";

const LOST = "Connection lost - reconnecting in background...";
const UNREACHABLE = "Connection error - retrying in background...";
const GIVEN_UP = "Unable to connect. Please check your connection and refresh.";

/** @param {import("playwright-core").Page} page */
const shown = (page) => page.evaluate(() => probe("a").shown);

/** @param {import("playwright-core").Page} page @param {import("inbox-socket").Options} [options] */
const mount = (page, options = {}) =>
  page.evaluate((options) => {
    inbox.configure(options);
    show({ a: { id: 1, reads: ["isConnected", "isConnecting", "error", "reconnectAttempts"] } });
  }, options);

withEachReact("a component", (open) => {
  it("shows the connection: connecting, connected, waiting, reconnecting and connected again", async (t) => {
    const { page, server } = await open(t);
    server.mode = "hold";
    await mount(page, { reconnectDelays: [60_000] });
    await server.attempt();
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: true,
      error: null,
      reconnectAttempts: 0,
    });

    server.letGo("accept");
    const connection = await server.connection();
    const connected = { isConnected: true, isConnecting: false, error: null, reconnectAttempts: 0 };
    await until(page, () => probe("a").shown.isConnected);
    assert.deepEqual(await shown(page), connected);

    server.mode = "hold";
    connection.cut();
    await until(page, () => !probe("a").shown.isConnected);
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: false,
      error: LOST,
      reconnectAttempts: 0,
    });

    await page.evaluate(() => probe("a").chat.retry());
    await until(page, () => probe("a").shown.isConnecting);
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: true,
      error: LOST,
      reconnectAttempts: 1,
    });

    server.letGo("refuse");
    await until(page, () => !probe("a").shown.isConnecting);
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: false,
      error: LOST,
      reconnectAttempts: 1,
    });

    server.mode = "accept";
    await page.evaluate(() => probe("a").chat.retry());
    await until(page, () => probe("a").shown.isConnected);
    assert.deepEqual(await shown(page), connected);
  });

  it("shows another error if no connection ever opened", async (t) => {
    const { page, server } = await open(t);
    server.mode = "refuse";
    await mount(page, { reconnectDelays: [60_000] });
    await until(page, () => probe("a").shown.error);
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: false,
      error: UNREACHABLE,
      reconnectAttempts: 0,
    });

    server.mode = "hold";
    await page.evaluate(() => probe("a").chat.retry());
    await until(page, () => probe("a").shown.isConnecting);
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: true,
      error: UNREACHABLE,
      reconnectAttempts: 1,
    });
    server.letGo("accept");
    await until(page, () => probe("a").shown.isConnected);
    assert.equal((await shown(page)).error, null);
  });

  it("shows that the client has given up after the last attempt, until retry() connects", async (t) => {
    const { page, server } = await open(t);
    server.mode = "refuse";
    await mount(page, { reconnectDelays: [1], maxAttempts: 2 });
    await until(page, () => probe("a").shown.error?.startsWith("Unable"));
    assert.deepEqual(await shown(page), {
      isConnected: false,
      isConnecting: false,
      error: GIVEN_UP,
      reconnectAttempts: 2,
    });
    assert.equal(server.attempts.length, 3);

    server.mode = "accept";
    await page.evaluate(() => probe("a").chat.retry());
    await until(page, () => probe("a").shown.isConnected);
    assert.deepEqual(await shown(page), {
      isConnected: true,
      isConnecting: false,
      error: null,
      reconnectAttempts: 0,
    });
  });

  it("receives each message once across automatic reconnections", async (t) => {
    const { page, server } = await open(t);
    await mount(page, { reconnectDelays: [1] });
    for (const message of ["one", "two", "three"]) {
      const connection = await server.connection();
      connection.send({ conversation_id: 1, message });
      await until(page, (message) => probe("a").heard.at(-1)?.message === message, message);
      connection.cut();
    }
    assert.equal(await page.evaluate(() => probe("a").heard.length), 3);
  });

  it("connects with retry() when an attempt hangs", async (t) => {
    const { page, server } = await open(t);
    server.mode = "hold";
    await mount(page, { connectTimeout: 60_000 });
    await server.attempt();
    server.mode = "accept";
    await page.evaluate(() => probe("a").chat.retry());
    await server.connection();
    await until(page, () => probe("a").shown.isConnected);
  });

  it("connects after an attempt that hung for longer than the timeout", async (t) => {
    const { page, server } = await open(t);
    server.mode = "hold";
    await mount(page, { connectTimeout: 200, reconnectDelays: [1], maxAttempts: 1000 });
    await server.attempt();
    await server.attempt();
    server.mode = "accept";
    await until(page, () => probe("a").shown.isConnected);
  });
});

withEachReact("a message that a component sends", (open) => {
  it("has its conversation, its text, and the type TEXT by default", async (t) => {
    const { page, server } = await open(t);
    await mount(page);
    const connection = await server.connection();
    const results = await page.evaluate(async () => {
      const { sendMessage } = probe("a").chat;
      return [await sendMessage(1, "Hello"), await sendMessage("x", "🙂 \u2028", "IMAGE")];
    });

    assert.deepEqual(results, [{ status: "sent" }, { status: "sent" }]);
    assert.deepEqual(await connection.next(), { conversation_id: 1, message: "Hello", type: "TEXT" });
    assert.deepEqual(await connection.next(), { conversation_id: "x", message: "🙂 \u2028", type: "IMAGE" });
  });

  it("waits until the connection is open, and arrives in order", async (t) => {
    const { page, server } = await open(t);
    await page.evaluate(() => {
      show({ a: { id: 1 } });
      const { sendMessage, requestMessages } = probe("a").chat;
      sendMessage(1, "one");
      requestMessages(1);
      sendMessage(2, "two");
    });
    const connection = await server.connection();
    const frames = [await connection.next(), await connection.next(), await connection.next()];

    assert.deepEqual(
      frames.flatMap(({ message }) => message ?? []),
      ["one", "two"],
    );
    assert.deepEqual(
      frames.flatMap(({ action }) => action ?? []),
      ["get_messages"],
    );
  });

  it("is queued while offline, and arrives once and in order after the reconnection", async (t) => {
    const { page, server } = await open(t);
    await mount(page, { reconnectDelays: [60_000] });
    const connection = await server.connection();
    await until(page, () => probe("a").shown.isConnected);
    server.mode = "refuse";
    connection.cut();
    await until(page, () => probe("a").shown.error);
    await page.evaluate(() => {
      const results = [];
      Object.assign(globalThis, { results });
      for (const text of ["one", "two", "three"]) {
        probe("a")
          .chat.sendMessage(1, text)
          .then((result) => results.push(result.status));
      }
    });
    assert.equal(await page.evaluate(() => inbox.getStats()?.queued), 3);
    assert.deepEqual(await page.evaluate(() => globalThis["results"]), []);

    server.mode = "accept";
    await page.evaluate(() => probe("a").chat.retry());
    const next = await server.connection();
    for (const text of ["one", "two", "three"]) assert.equal((await next.next()).message, text);
    await until(page, () => globalThis["results"].length === 3);
    assert.deepEqual(await page.evaluate(() => globalThis["results"]), ["sent", "sent", "sent"]);
    assert.equal(await page.evaluate(() => inbox.getStats()?.queued), 0);
    await page.evaluate(() => probe("a").chat.sendMessage(1, "four"));
    assert.equal((await next.next()).message, "four");
  });

  it("stays queued during failed attempts, before the first connection and after a lost one", async (t) => {
    const { page, server } = await open(t);
    server.mode = "refuse";
    await mount(page, { reconnectDelays: [1], maxAttempts: 1000 });
    await page.evaluate(() => void probe("a").chat.sendMessage(1, "one"));
    await until(page, () => inbox.getState().reconnectAttempts >= 3);
    await page.evaluate(() => void probe("a").chat.sendMessage(1, "two"));
    server.mode = "accept";
    const first = await server.connection();
    assert.equal((await first.next()).message, "one");
    assert.equal((await first.next()).message, "two");

    server.mode = "refuse";
    first.cut();
    await until(page, () => inbox.getState().reconnectAttempts >= 1);
    await page.evaluate(() => void probe("a").chat.sendMessage(1, "three"));
    await until(page, () => inbox.getState().reconnectAttempts >= 4);
    server.mode = "accept";
    assert.equal((await (await server.connection()).next()).message, "three");
  });

  it("that is invalid resolves to failed, and an ignored promise causes no error", async (t) => {
    const { page, server } = await open(t);
    await mount(page);
    const connection = await server.connection();
    const failed = await page.evaluate(() => probe("a").chat.sendMessage(1, ""));
    assert.deepEqual(failed, { status: "failed", reason: "`message` must not be empty" });
    await page.evaluate(() => {
      probe("a").chat.sendMessage(1, "");
      probe("a").chat.sendMessage(1, "good");
    });
    assert.equal((await connection.next()).message, "good");
  });
});
