import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

const FAILED = { status: "failed", reason: "another user signed in before the frame was sent" };

/** Opens Ana's page; its address names the user. @param {import("node:test").TestContext} t @param {0 | 1} protocol */
async function signedIn(t, protocol) {
  const opened = await openRoot(t);
  opened.server.expectsHello = protocol === 1;
  opened.server.answersHello = false;
  await opened.page.evaluate((protocol) => {
    Object.assign(globalThis, { user: "ana", heard: [], results: [] });
    inbox.configure({ url: () => `/ws/?token=${globalThis["user"]}`, reconnectDelays: [60_000], protocol });
    inbox.configure({ user: "ana" });
    inbox.subscribe(1, (frame) => globalThis["heard"].push(frame));
  }, protocol);
  const connection = await opened.server.connection();
  assert.equal(connection.path, "/ws/?token=ana");
  await until(opened.page, () => inbox.getState().isConnected);
  return { ...opened, connection };
}

/** @param {import("playwright-core").Page} page @param {string | null} user */
const signIn = (page, user) =>
  page.evaluate((user) => {
    Object.assign(globalThis, { user });
    inbox.configure({ user });
  }, user);

describe("a change of user", () => {
  for (const protocol of /** @type {const} */ ([0, 1])) {
    it(`fails the last user's queue and opens a new connection (layer ${protocol})`, async (t) => {
      const { page, server, connection } = await signedIn(t, protocol);
      server.mode = "refuse";
      connection.cut();
      await until(page, () => !inbox.getState().isConnected);
      await page.evaluate(() => {
        for (const sent of [inbox.sendMessage(1, "Ana's"), inbox.requestMessages(1)]) {
          void sent.then((result) => globalThis["results"].push(result));
        }
      });
      server.mode = "accept";
      await signIn(page, "ben");
      const next = await server.connection();
      assert.equal(next.path, "/ws/?token=ben");
      assert.deepEqual(await page.evaluate(() => globalThis["results"]), [FAILED, FAILED]);
      await page.evaluate(() => void inbox.sendMessage(1, "Ben's"));
      if (protocol === 1) {
        assert.deepEqual((await next.next()).cursors, {}, "the cursors of the last user were kept");
        next.send({ action: "welcome", protocol: 1, user_id: 2, heads: {} });
      }
      assert.equal((await next.next()).message, "Ben's");
    });
  }

  it("closes the connection, and messages in flight fail because their outcome is unknown", async (t) => {
    const { page, server, connection } = await signedIn(t, 1);
    await connection.next();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: {} });
    await page.evaluate(() => void inbox.sendMessage(1, "Ana's").then((result) => globalThis["results"].push(result)));
    await connection.next();
    await signIn(page, "ben");
    assert.equal((await connection.closed).code, 1000);
    assert.equal((await server.connection()).path, "/ws/?token=ben");
    const reason = "the connection ended before the server answered: the message may have been delivered";
    assert.deepEqual(await page.evaluate(() => globalThis["results"]), [{ status: "failed", reason }]);
  });

  it("forgets the last user's conversations", async (t) => {
    const { page, server, connection } = await signedIn(t, 1);
    await connection.next();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: { 1: 0, 2: 5, 3: 7 } });
    const known = () => {
      const { listeners } = /** @type {any} */ (globalThis)[Symbol.for("inbox-socket.0")].core;
      return [...listeners.conversations.byId.keys()];
    };
    await until(page, () => inbox.getStats()?.assured);
    assert.deepEqual(await page.evaluate(known), [1, 2, 3]);
    await signIn(page, "ben");
    await server.connection();
    assert.deepEqual(await page.evaluate(known), [1], "only the conversation with a listener stays");
  });

  it("to null closes the connection until a user signs in", async (t) => {
    const { page, server, connection } = await signedIn(t, 0);
    await signIn(page, null);
    assert.equal((await connection.closed).code, 1000);
    assert.deepEqual(await page.evaluate(() => inbox.getState().error), null);
    await signIn(page, "ben");
    assert.equal((await server.connection()).path, "/ws/?token=ben");
    assert.deepEqual(server.attempts, ["/ws/?token=ana", "/ws/?token=ben"]);
  });

  it("while the core is loading takes effect after the earlier calls", async (t) => {
    const { page, server } = await openRoot(t);
    const result = await page.evaluate(() => {
      inbox.configure({ user: "ana" });
      const sent = inbox.sendMessage(1, "Ana's");
      inbox.configure({ user: "ben" });
      void inbox.sendMessage(1, "Ben's");
      return sent;
    });
    assert.deepEqual(result, FAILED);
    assert.equal((await (await server.connection()).next()).message, "Ben's");
  });

  it("to the same user keeps the connection", async (t) => {
    const { page, connection } = await signedIn(t, 0);
    await signIn(page, "ana");
    await page.evaluate(() => void inbox.sendMessage(1, "hi"));
    assert.equal((await connection.next()).message, "hi");
  });
});

describe("disconnect()", () => {
  it("in a listener fails the message that the listener has just sent", async (t) => {
    const { page, server, connection } = await signedIn(t, 0);
    await page.evaluate(() => {
      inbox.subscribe(2, () => {
        void inbox.sendMessage(1, "too late").then((result) => globalThis["results"].push(result));
        inbox.disconnect();
      });
    });
    connection.send({ conversation_id: 2, message: "hi" });
    const [result] = await until(page, () => globalThis["results"].length > 0 && globalThis["results"]);
    assert.deepEqual(result, { status: "failed", reason: "disconnect() was called before the frame was sent" });
    await connection.closed;
    assert.deepEqual(connection.received, []);
    assert.equal(server.connections.length, 1);
  });
});
