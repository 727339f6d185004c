// The option `persist`, with a server that the test plays.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../support/page.mjs";
import { openRoot } from "../support/root.mjs";

/** Opens a page of Ana's, who is user 1 for the server. @param {import("node:test").TestContext} t */
async function openKeeping(t) {
  const opened = await openRoot(t);
  opened.server.answersHello = false;
  await begin(opened.page);
  return opened;
}

/** @param {import("playwright-core").Page} page @param {string} [user] */
async function begin(page, user = "ana") {
  await page.evaluate((user) => {
    globalThis["heard"] = [];
    inbox.configure({ user, persist: true, reconnectDelays: [60_000] });
    inbox.subscribe(1, (frame) => globalThis["heard"].push(frame));
  }, user);
}

/** @param {any} server @param {number} [user] */
async function welcome(server, user = 1) {
  const connection = await server.connection();
  assert.equal((await connection.next()).action, "hello");
  connection.send({ action: "welcome", protocol: 1, user_id: user, heads: {} });
  return connection;
}

/** Waits until the storage has carried out what it was asked: transactions follow each other. */
const written = (page) =>
  page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve) => {
        const request = indexedDB.open(String(name));
        request.onsuccess = () => {
          const transaction = request.result.transaction(["messages", "facts"], "readwrite");
          transaction.oncomplete = resolve;
          transaction.objectStore("facts").count();
        };
      });
    }
  });

const pending = (page) => page.evaluate(() => inbox.pending(1).map(({ message, state }) => `${message} ${state}`));

describe("with persist", () => {
  it("a message survives a reload, and is sent once with its client id", async (t) => {
    const { page, server } = await openKeeping(t);
    const connection = await welcome(server);
    server.mode = "refuse";
    connection.cut();
    await until(page, () => !inbox.getState().isConnected);
    await page.evaluate(() => ["one", "two", "three"].forEach((text) => void inbox.sendMessage(1, text)));
    await until(page, () => inbox.pending(1).every(({ durable }) => durable));
    const ids = await page.evaluate(() => inbox.pending(1).map(({ clientId }) => clientId));
    assert.equal(new Set(ids).size, 3);

    await page.reload();
    assert.deepEqual(await pending(page), []);
    await begin(page);
    await until(page, () => inbox.pending(1).length === 3);
    assert.deepEqual(await pending(page), ["one waiting", "two waiting", "three waiting"]);
    server.mode = "accept";
    await page.evaluate(() => inbox.retry());
    const next = await welcome(server);
    const frames = [await next.next(), await next.next(), await next.next()];
    assert.deepEqual(
      frames.map(({ message, client_id: id }) => [message, id]),
      ["one", "two", "three"].map((text, n) => [text, ids[n]]),
    );
    for (const { client_id } of frames)
      next.send({ action: "ack", client_id, conversation_id: 1, message_id: 7, seq: 1 });
    await until(page, () => inbox.pending().length === 0);

    await written(page);
    await page.reload();
    await begin(page);
    const last = await welcome(server);
    await page.evaluate(() => void inbox.sendMessage(1, "four"));
    assert.equal((await last.next()).message, "four", "nothing is left of the first three");
  });

  it("a refused message stays until it is sent again or discarded", async (t) => {
    const { page, server } = await openKeeping(t);
    const connection = await welcome(server);
    const result = page.evaluate(() => inbox.sendMessage(1, "no"));
    const { client_id: ref } = await connection.next();
    connection.send({ action: "error", code: "not_found", detail: "Unknown conversation.", ref });
    assert.deepEqual(await result, { status: "failed", reason: "Unknown conversation." });
    assert.deepEqual(await pending(page), ["no failed"]);

    await written(page);
    await page.reload();
    await begin(page);
    const next = await welcome(server);
    await until(page, () => inbox.pending(1).length === 1);
    const [entry] = await page.evaluate(() => inbox.pending(1));
    assert.deepEqual([entry?.reason, entry?.durable], ["Unknown conversation.", true]);
    const again = page.evaluate((id) => inbox.resend(id), ref);
    assert.equal((await next.next()).client_id, ref);
    next.send({ action: "error", code: "not_found", ref });
    assert.deepEqual(await again, { status: "failed", reason: "not_found" });
    assert.equal(await page.evaluate((id) => inbox.discard(id), ref), true);
    assert.equal(await page.evaluate((id) => inbox.discard(id), ref), false);
    assert.deepEqual(await pending(page), []);
  });

  it("a message is never sent as another user", async (t) => {
    const { page, server } = await openKeeping(t);
    await (await welcome(server)).close(1000);
    await until(page, () => !inbox.getState().isConnected);
    server.mode = "refuse";
    await page.evaluate(() => void inbox.sendMessage(1, "Ana's"));
    await until(page, () => inbox.pending(1)[0]?.durable);
    await page.reload();
    server.mode = "accept";
    // The page still names Ana, and the server's session is Ben's.
    await begin(page);
    const connection = await welcome(server, 2);
    await until(page, () => inbox.getStats()?.assured);
    await page.evaluate(() => void inbox.sendMessage(1, "Ben's"));
    assert.equal((await connection.next()).message, "Ben's");
    assert.deepEqual(await pending(page), ["Ben's waiting"]);
  });

  it("a logout deletes what was kept", async (t) => {
    const { page, server } = await openKeeping(t);
    await (await welcome(server)).close(1000);
    await until(page, () => !inbox.getState().isConnected);
    server.mode = "refuse";
    await page.evaluate(() => void (globalThis["sent"] = inbox.sendMessage(1, "Ana's")));
    await until(page, () => inbox.pending(1)[0]?.durable);
    await page.evaluate(() => inbox.disconnect());
    assert.deepEqual(await pending(page), []);
    assert.equal((await page.evaluate(() => globalThis["sent"])).status, "failed");
    await page.reload();
    server.mode = "accept";
    await begin(page);
    const connection = await welcome(server, 2);
    await page.evaluate(() => void inbox.sendMessage(1, "Ben's"));
    assert.equal((await connection.next()).message, "Ben's");
  });

  it("a message to a server of layer 0 is kept until a socket has taken it", async (t) => {
    const { page, server } = await openKeeping(t);
    server.answersHello = true;
    const first = await server.connection();
    server.mode = "refuse";
    first.cut();
    await until(page, () => !inbox.getState().isConnected);
    await page.evaluate(() => void inbox.sendMessage(1, "plain"));
    await until(page, () => inbox.pending(1)[0]?.durable);
    await page.reload();
    server.mode = "accept";
    await begin(page);
    const connection = await server.connection();
    assert.equal((await connection.next()).message, "plain");
    await until(page, () => inbox.pending().length === 0);
    await written(page);
    await page.reload();
    await begin(page);
    const next = await server.connection();
    await page.evaluate(() => void inbox.sendMessage(1, "last"));
    assert.equal((await next.next()).message, "last", "the first one is not sent again");
  });

  it("a message on another wire is kept until that acknowledges it", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    server.answersHello = false;
    const start = () =>
      page.evaluate(() => {
        const adapter = { conversationId: "room", message: "text", ref: "ref", ack: "ack" };
        inbox.configure({ user: "ana", persist: true, adapter, reconnectDelays: [60_000] });
        inbox.subscribe(1, () => {});
      });
    await start();
    const connection = await server.connection();
    await page.evaluate(() => void inbox.sendMessage(1, "hello"));
    const frame = await connection.next();
    assert.equal(frame.text, "hello");
    await page.reload();
    await start();
    const next = await server.connection();
    assert.deepEqual(await next.next(), frame);
    next.send({ ack: frame.ref });
    await until(page, () => inbox.pending().length === 0 && inbox.getStats()?.queued === 0);
  });

  it("nothing is kept without a user, and the developer is told", async (t) => {
    const { page, server, complaints } = await openRoot(t);
    server.answersHello = false;
    await page.evaluate(() => {
      inbox.configure({ persist: true });
      inbox.subscribe(1, () => {});
    });
    const connection = await welcome(server);
    await page.evaluate(() => void inbox.sendMessage(1, "hello"));
    assert.equal((await connection.next()).message, "hello");
    assert.deepEqual(await page.evaluate(() => indexedDB.databases()), []);
    assert.match(complaints.splice(0).join(), /`user` must be set with `persist`; got undefined/);
  });

  it("custom frames keep their place among the messages", async (t) => {
    const { page, server } = await openKeeping(t);
    const connection = await welcome(server);
    await page.evaluate(() => void inbox.sendMessage(1, "zero"));
    assert.equal((await connection.next()).message, "zero", "the page has read its storage");
    await page.evaluate(() => {
      void inbox.sendMessage(1, "one");
      void inbox.send({ action: "custom", conversation_id: 1 });
      void inbox.sendMessage(1, "two", "TEXT", { queue: false });
      void inbox.sendMessage(1, "three");
    });
    const frames = [await connection.next(), await connection.next(), await connection.next(), await connection.next()];
    assert.deepEqual(
      frames.map(({ message, action }) => message ?? action),
      ["one", "custom", "two", "three"],
    );
  });

  it("listeners of the pending messages are called for each change, with a stable list", async (t) => {
    const { page, server } = await openKeeping(t);
    const connection = await welcome(server);
    await until(page, () => inbox.getStats()?.assured);
    await page.evaluate(() => {
      globalThis["seen"] = [];
      inbox.subscribePending(() => globalThis["seen"].push(inbox.pending().map(({ durable }) => durable)));
      void inbox.sendMessage(1, "one");
      const lists = [1, 1, 2, 3].map((id) => inbox.pending(id));
      globalThis["isStable"] = lists[0] === lists[1] && lists[2] === lists[3];
    });
    const { client_id } = await connection.next();
    connection.send({ action: "ack", client_id, conversation_id: 1, message_id: 7, seq: 1 });
    await until(page, () => inbox.pending().length === 0);
    assert.deepEqual(await page.evaluate(() => globalThis["seen"]), [[false], [true], []]);
    assert.equal(await page.evaluate(() => globalThis["isStable"]), true);
  });
});
