import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Console } from "../../support/console.mjs";
import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

const CLIENT = "inbox-socket.0";

describe("the debug log", () => {
  it("prints each change of state and each frame, in order", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    server.answersHello = false;
    const log = new Console(page, "log");
    await page.evaluate(() => {
      inbox.configure({ debug: true, reconnectDelays: [500], jitter: 0, url: "/chat?token=secret" });
      inbox.subscribe(2, ({ message }) => message === "Hi" && inbox.sendMessage(2, "Hello"));
    });
    const connection = await server.connection();
    const hello = await connection.next();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: { 2: 57 } });
    await until(page, () => inbox.getStats()?.assured);
    connection.send({ conversation_id: 2, seq: 58, message: "Hi" });
    const { client_id } = await connection.next();
    connection.send({ action: "ack", client_id, conversation_id: 2, message_id: 9, seq: 59 });
    await until(page, () => inbox.getStats()?.queued === 0);
    connection.sendRaw("no JSON");
    connection.cut();
    await until(page, () => inbox.getState().error);

    const address = `ws://127.0.0.1:${server.port}/chat?…`;
    assert.deepEqual(log.lines.map(withoutNumbers), [
      "loading",
      `loading → connecting (${address})`,
      "connecting → connected",
      "→ hello",
      "← welcome",
      "← message in 2 #58",
      "→ message in 2",
      "← ack in 2 #59",
      "← not JSON",
      "connected → waiting … ms (closed with 1006)",
    ]);
    assert.match(log.lines[3], new RegExp(`^→ hello, ${JSON.stringify(hello).length} characters `));
  });

  it("can be enabled in the browser's storage, without a new build", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    const log = new Console(page, "log");
    await page.evaluate(() => {
      localStorage["inbox-socket.debug"] = 1;
      inbox.configure({ protocol: 0 });
      inbox.subscribe(1, () => {});
    });
    server.expectsHello = false;
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    assert.equal(log.lines.at(-1), "connecting → connected");
  });

  it("names the connection with a socket for each conversation", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    server.expectsHello = false;
    const log = new Console(page, "log");
    await page.evaluate(() => {
      const url = ({ conversationId }) => `/ws/${conversationId}/?token=secret`;
      inbox.configure({ debug: true, sockets: "each", url, reconnectDelays: [60_000], jitter: 0 });
      inbox.subscribe(1, () => {});
    });
    const one = await server.connection();
    await until(page, () => inbox.getState(1).isConnected);
    await page.evaluate(() => void Object.assign(globalThis, { end: inbox.subscribe("b", () => {}) }));
    const two = await server.connection();
    await until(page, () => inbox.getState("b").isConnected);
    two.send({ conversation_id: "b", message: "hi" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
    one.cut();
    await until(page, () => inbox.getState(1).error);
    await page.evaluate(() => globalThis["end"]());
    await two.closed;
    await until(page, () => !inbox.getState("b").isConnected);

    const address = (id) => `ws://127.0.0.1:${server.port}/ws/${id}/?…`;
    assert.deepEqual(log.lines.map(withoutNumbers), [
      `conversation 1: idle → connecting (${address(1)})`,
      "conversation 1: connecting → connected",
      `conversation "b": idle → connecting (${address("b")})`,
      'conversation "b": connecting → connected',
      `${address("b")}: ← message in "b"`,
      "conversation 1: connected → waiting … ms (closed with 1006)",
      'conversation "b": connected → idle',
    ]);
  });

  it("prints the events of each inbox, and names those of createInbox()", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    server.expectsHello = false;
    const log = new Console(page, "log");
    await page.evaluate(() => {
      inbox.configure({ debug: true, protocol: 0 });
      inbox.subscribe(1, () => {});
    });
    const mine = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(() => {
      const other = inbox.createInbox({ debug: true, protocol: 0, url: "/other/" });
      other.subscribe(1, () => {});
      Object.assign(globalThis, { other });
    });
    const theirs = await server.connection();
    await until(page, () => globalThis["other"].getState().isConnected);
    mine.send({ conversation_id: 1, message: "mine" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
    theirs.send({ conversation_id: 1, message: "theirs" });
    await until(page, () => globalThis["other"].getStats()?.framesDelivered === 1);

    const address = `ws://127.0.0.1:${server.port}/other/`;
    assert.deepEqual(log.lines.slice(3).map(withoutNumbers), [
      "another inbox: loading",
      `${address}: loading → connecting (${address})`,
      `${address}: connecting → connected`,
      "← message in 1",
      `${address}: ← message in 1`,
    ]);
  });

  it("can be enabled and disabled on a running page", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    const log = new Console(page, "log");
    await page.evaluate(() => {
      inbox.configure({ protocol: 0 });
      inbox.subscribe(1, () => {});
    });
    server.expectsHello = false;
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    assert.deepEqual(log.lines, []);

    await page.evaluate((name) => globalThis[Symbol.for(name)].debug(true), CLIENT);
    connection.send({ conversation_id: 1, message: "logged" });
    await until(page, () => inbox.getStats()?.framesDelivered === 1);
    await page.evaluate((name) => globalThis[Symbol.for(name)].debug(), CLIENT);
    connection.send({ conversation_id: 1, message: "not logged" });
    await until(page, () => inbox.getStats()?.framesDelivered === 2);
    assert.deepEqual(log.lines.map(withoutNumbers), ["connected", "← message in 1"]);
  });

  it("does not need the storage if the page may not access it", async (t) => {
    const { page, server } = await openRoot(t, { mode: "production" });
    await page.evaluate(() => {
      Object.defineProperty(globalThis, "localStorage", {
        get: () => {
          throw new DOMException("no", "SecurityError");
        },
      });
      inbox.subscribe(1, () => {});
    });
    await server.connection();
  });
});

/** @param {string} line */
function withoutNumbers(line) {
  return line.replace(/, \d+ characters.*/s, "").replace(/\d+ ms/, "… ms");
}
