import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../support/page.mjs";
import { openRoot } from "../support/root.mjs";

/** A small server of layer 1 with one conversation. */
class Chat {
  /** @param {import("../support/server.mjs").TestServer} server @param {number} head */
  constructor(server, head, floor = 0) {
    this.server = server;
    this.head = head;
    this.floor = floor;
    this.isSilent = false;
    /** @type {import("../support/server.mjs").Connection | undefined} */
    this.connection = undefined;
    /** The cursors of each `sync`. @type {number[]} */
    this.asked = [];
    server.answersHello = false;
  }

  /** Serves the next connection. `batch` is the most that a reply has. @param {number} [batch] */
  async serve(batch = 200) {
    const connection = (this.connection = await this.server.connection());
    const answer = async () => {
      for (;;) {
        const { action, id, after } = await connection.next();
        if (action === "hello") {
          connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: { 1: this.head } });
        } else if (action === "sync") {
          this.asked.push(after[1]);
          if (this.isSilent) continue;
          const from = Math.max(after[1], this.floor);
          const to = Math.min(from + batch, this.head);
          connection.send({
            action: "sync_response",
            id,
            messages: Array.from({ length: to - from }, (_, n) => message(from + n + 1)),
            heads: { 1: this.head },
            has_more: to < this.head,
            complete: this.floor <= after[1],
            floors: this.floor > after[1] ? { 1: this.floor } : {},
          });
        } else if (action === "ping") connection.send({ action: "pong", id, total: this.head });
      }
    };
    answer().catch(() => {});
    return connection;
  }

  /** Stores a message, and sends it. */
  say() {
    this.connection?.send(message(++this.head));
  }
}

const message = (seq) => ({ conversation_id: 1, seq, message: `${seq}`, type: "TEXT", message_id: seq });

/** Subscribes, and keeps what is heard under a name. @param {import("playwright-core").Page} page */
const listen = (page, name, after) =>
  page.evaluate(
    ({ name, after }) => {
      globalThis[name] = [];
      const hear = (frame) => globalThis[name].push(frame.action ? [frame.after, frame.before] : frame.seq);
      globalThis[`leave ${name}`] = inbox.subscribe(1, hear, after === undefined ? undefined : { after });
    },
    { name, after },
  );

const heard = async (page, name, count) => {
  await until(page, ({ name, count }) => globalThis[name].length >= count, { name, count });
  return page.evaluate((name) => globalThis[name], name);
};

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe("subscribe with after", () => {
  it("receives what lies behind the number on the first connection, before anything newer", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 10);
    await listen(page, "all", 4);
    await chat.serve(3);
    await heard(page, "all", 6);
    chat.say();
    assert.deepEqual(await heard(page, "all", 7), range(5, 11));
    assert.deepEqual(chat.asked, [4, 7]);
  });

  it("receives it alone beside a subscription that is further", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 10);
    await listen(page, "first", undefined);
    await chat.serve(3);
    await until(page, () => inbox.getStats()?.assured);
    chat.say();
    assert.deepEqual(await heard(page, "first", 1), [11]);
    chat.isSilent = true;
    await listen(page, "late", 2);
    await until(page, () => inbox.getStats()?.pings === 1);
    // It arrives while the reply is missing.
    chat.say();
    assert.deepEqual(await heard(page, "first", 2), [11, 12]);
    assert.deepEqual(await page.evaluate(() => globalThis["late"]), []);
    chat.isSilent = false;
    chat.connection?.cut();
    await chat.serve(3);
    chat.say();
    assert.deepEqual(await heard(page, "late", 11), range(3, 13));
    assert.deepEqual(await heard(page, "first", 3), [11, 12, 13]);
  });

  it("reports what the server no longer has as a gap", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 10, 7);
    await listen(page, "all", 2);
    await chat.serve();
    assert.deepEqual(await heard(page, "all", 4), [[2, 8], 8, 9, 10]);
  });

  it("does not receive what the application has already", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 3);
    await listen(page, "all", 5);
    await chat.serve();
    await until(page, () => inbox.getStats()?.assured);
    for (let n = 0; n < 4; n++) chat.say();
    assert.deepEqual(await heard(page, "all", 2), [6, 7]);
  });

  it("asks a function for the number when the subscription begins", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 3);
    await page.evaluate(() => {
      globalThis["all"] = [];
      const after = () => new Promise((resolve) => (globalThis["answer"] = resolve));
      inbox.subscribe(1, (frame) => globalThis["all"].push(frame.action === undefined && frame.seq), { after });
    });
    await chat.serve();
    await until(page, () => inbox.getStats()?.assured && globalThis["answer"] !== undefined);
    chat.say();
    await page.evaluate(() => globalThis["answer"](1));
    assert.deepEqual(await heard(page, "all", 3), [2, 3, 4]);
  });

  it("delivers everything from a server without numbers", async (t) => {
    const { page, server } = await openRoot(t);
    await listen(page, "all", 5);
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    connection.send({ conversation_id: 1, message: "hello", type: "TEXT" });
    connection.send({ conversation_id: 1, message: "hello", type: "TEXT", seq: 1 });
    assert.equal((await heard(page, "all", 2)).length, 2);
  });

  it("reports a number that is none, and begins at the heads", async (t) => {
    const { page, server, complaints } = await openRoot(t);
    const chat = new Chat(server, 3);
    await listen(page, "all", -1);
    await chat.serve();
    await until(page, () => inbox.getStats()?.assured);
    chat.say();
    assert.deepEqual(await heard(page, "all", 1), [4]);
    assert.match(complaints.splice(0).join(), /`after` must be an integer ≥ 0, or return one; got -1/);
  });

  it("ends when it is asked to, also before it has caught up", async (t) => {
    const { page, server } = await openRoot(t);
    const chat = new Chat(server, 3);
    chat.isSilent = true;
    await listen(page, "all", 1);
    await chat.serve();
    await until(page, () => inbox.getStats()?.pings === 1);
    await page.evaluate(() => globalThis["leave all"]());
    await until(page, () => inbox.getStats()?.listeners === 0);
    await until(page, () => !inbox.getState().isConnected);
    assert.deepEqual(await page.evaluate(() => globalThis["all"]), []);
  });
});
