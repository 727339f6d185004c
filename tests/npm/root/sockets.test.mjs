import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createInbox } from "inbox-socket";
import { WebSocket } from "ws";

import { eventually } from "../../support/queue.mjs";
import { TestServer } from "../../support/server.mjs";

/** @type {any} */ (globalThis).WebSocket = WebSocket;

/**
 * @param {import("node:test").TestContext} t
 * @param {import("inbox-socket").Options} [options]
 */
async function start(t, options) {
  const server = await TestServer.start();
  server.expectsHello = false;
  const inbox = createInbox({
    url: ({ conversationId }) => `${server.origin}/chat/${conversationId}/`,
    sockets: "each",
    reconnectDelays: [1],
    linger: 1,
    ...options,
  });
  t.after(async () => {
    inbox.disconnect();
    await server.stop();
  });
  return { server, inbox };
}

describe('with sockets: "each"', () => {
  it("each conversation has its own connection, whose frames need no id", async (t) => {
    const { server, inbox } = await start(t);
    /** @type {any[]} */
    const heard = [];
    for (const id of [1, "two", null]) inbox.subscribe(id, ({ message }) => heard.push([id, message]));
    const one = await server.connection();
    const two = await server.connection();
    assert.deepEqual([one.path, two.path], ["/chat/1/", "/chat/two/"]);
    one.send({ message: "first" });
    await eventually("it arrives", () => heard.length === 2);
    two.send({ message: "second" });
    await eventually("it arrives", () => heard.length === 4);
    assert.deepEqual(heard, [
      [1, "first"],
      [null, "first"],
      ["two", "second"],
      [null, "second"],
    ]);
    assert.equal(server.attempts.length, 2);
  });

  it("a lost connection is the loss of one conversation", async (t) => {
    const { server, inbox } = await start(t);
    inbox.subscribe(1, () => {});
    inbox.subscribe(2, () => {});
    const one = await server.connection();
    await server.connection();
    await eventually("both are connected", () => inbox.getState().isConnected);
    server.mode = "hold";
    one.cut();
    await eventually("one is lost", () => !inbox.getState(1).isConnected);
    assert.ok(inbox.getState(2).isConnected);
    assert.equal(inbox.getState().isConnected, false);
    const waiting = inbox.sendMessage(1, "while offline");
    assert.deepEqual(await inbox.sendMessage(2, "at once"), { status: "sent" });
    server.letGo("accept");
    assert.deepEqual(await waiting, { status: "sent" });
    assert.equal((await (await server.connection()).next()).message, "while offline");
  });

  it("the last listener closes the connection of its conversation only", async (t) => {
    const { server, inbox } = await start(t);
    const ends = [inbox.subscribe(1, () => {}), inbox.subscribe(1, () => {})];
    inbox.subscribe(2, () => {});
    const one = await server.connection();
    const two = await server.connection();
    await eventually("both are connected", () => inbox.getState().isConnected);
    for (const end of ends) end();
    assert.deepEqual((await one.closed).code, 1000);
    assert.ok(two.isOpen);
    assert.deepEqual(inbox.getState(1), { isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });
    inbox.subscribe(1, () => {});
    assert.equal((await server.connection()).path, "/chat/1/");
    assert.equal(inbox.getStats()?.attempts, 3);
  });

  it("a message to a conversation without listeners opens its connection and closes it again", async (t) => {
    const { server, inbox } = await start(t);
    assert.deepEqual(await inbox.sendMessage(7, "hello"), { status: "sent" });
    const connection = await server.connection();
    assert.equal((await connection.next()).message, "hello");
    await connection.closed;
  });

  it("listeners of all conversations open no connection", async (t) => {
    const { server, inbox } = await start(t);
    const chat = inbox.useWebSocket(null);
    inbox.subscribe(1, () => {});
    (await server.connection()).send({ message: "hello" });
    await eventually("it arrives", () => chat.lastMessage !== null);
    chat.release();
    assert.deepEqual(server.attempts, ["/chat/1/"]);
  });

  it("a custom frame must name the conversation on whose connection it is sent", async (t) => {
    const { server, inbox } = await start(t);
    const reason = '`conversationId` must be a number or a string with sockets: "each"; got undefined';
    assert.deepEqual(await inbox.send({ typing: true }), { status: "failed", reason });
    inbox.subscribe(1, () => {});
    assert.deepEqual(await inbox.send({ typing: true }, { conversationId: 1 }), { status: "sent" });
    assert.deepEqual(await (await server.connection()).next(), { typing: true });
  });

  it("retry(), disconnect() and a change of user act on all connections", async (t) => {
    const { server, inbox } = await start(t);
    inbox.configure({ user: "ann" });
    inbox.subscribe(1, () => {});
    inbox.subscribe(2, () => {});
    const ann = [await server.connection(), await server.connection()];
    await eventually("both are connected", () => inbox.getState().isConnected);
    inbox.configure({ user: "ben" });
    await Promise.all(ann.map(({ closed }) => closed));
    const ben = [await server.connection(), await server.connection()];
    inbox.disconnect();
    await Promise.all(ben.map(({ closed }) => closed));
    inbox.retry();
    await server.connection();
    await server.connection();
  });
});
