import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

/** @typedef {import("../../support/server.mjs").Connection} Connection */

/** @param {Connection} connection @param {Record<string, number>} heads @param {object} [more] */
const welcome = (connection, heads, more) =>
  connection.send({ action: "welcome", protocol: 1, user_id: 1, heads, ...more });

/**
 * Opens a page that has sent hello, and is subscribed to the conversations 1 and "2".
 *
 * @param {import("node:test").TestContext} t
 * @param {import("inbox-socket").Options} [options]
 */
async function greeted(t, options = {}) {
  const opened = await openRoot(t);
  opened.server.answersHello = false;
  await opened.page.evaluate((options) => {
    const heard = /** @type {any[]} */ ([]);
    const results = /** @type {any[]} */ ([]);
    Object.assign(globalThis, { heard, results });
    inbox.configure({ reconnectDelays: [1], ...options });
    for (const id of [1, "2"]) inbox.subscribe(id, (frame) => heard.push(frame));
  }, options);
  const connection = await opened.server.connection();
  assert.equal((await connection.next()).action, "hello");
  return { ...opened, connection, heard: () => opened.page.evaluate(() => globalThis["heard"]) };
}

/** @param {import("playwright-core").Page} page */
const send = (page, text = "hi") =>
  page.evaluate((text) => void inbox.sendMessage(1, text).then((result) => globalThis["results"].push(result)), text);

/** @param {import("playwright-core").Page} page @param {number} [count] */
const results = (page, count = 1) =>
  until(page, (count) => globalThis["results"].length >= count && globalThis["results"], count);

describe("the client detects a server with layer 0 by", () => {
  /** @type {[what: string, frame: object, isHeard: boolean][]} */
  const rows = [
    ["an error", { action: "error", code: "unknown_action", ref: null }, false],
    ["a message without a number", { conversation_id: 1, message: "hi" }, true],
    ["a frame of the application", { action: "presence", conversation_id: 1, online: [4] }, true],
    ["a frame without an action", { type: "connection_established", conversation_id: 1 }, true],
    ["an echo of hello (not delivered)", { action: "hello", protocol: 1, cursors: {}, conversation_id: 1 }, false],
  ];
  for (const [what, frame, isHeard] of rows) {
    it(what, async (t) => {
      const { page, connection, heard } = await greeted(t);
      await send(page);
      connection.send(frame);
      assert.equal((await connection.next()).message, "hi");
      assert.deepEqual(await results(page), [{ status: "sent" }]);
      assert.deepEqual(await heard(), isHeard ? [frame] : []);
    });
  }

  it("two connections closed after hello: the third one omits it, and the message is sent", async (t) => {
    const { page, server, connection } = await greeted(t);
    await send(page);
    connection.close(1011);
    const second = await server.connection();
    assert.equal((await second.next()).action, "hello");
    server.expectsHello = false;
    second.close(1011);
    assert.equal((await (await server.connection()).next()).message, "hi");
    assert.deepEqual(await results(page), [{ status: "sent" }]);
  });
});

describe("with a server of layer 1, the client", () => {
  it("delivers custom frames that have a seq, and does not count them", async (t) => {
    const { page, connection, heard } = await greeted(t);
    welcome(connection, { 1: 58 });
    const frames = [
      { action: "read", conversation_id: 1, seq: 58 },
      { action: "draft", conversation_id: 1, seq: 59, message: "Hel" },
      { conversation_id: 1, seq: 59, message: "Hello" },
    ];
    for (const frame of frames) connection.send(frame);
    await until(page, () => globalThis["heard"].length === 3);
    assert.deepEqual(await heard(), frames);
  });

  it('reports a gap to the listeners of "2" if the server sends the id as 2', async (t) => {
    const { page, connection, heard } = await greeted(t);
    welcome(connection, { 2: 3 });
    connection.send({ conversation_id: 2, seq: 9, message: "spelled as a number" });
    const { id, after, bytes } = await connection.next();
    assert.deepEqual([after, bytes], [{ 2: 3 }, 32_768]);
    connection.send({ action: "sync_response", id, messages: [], heads: { 2: 9 }, has_more: true, floors: { 2: 7 } });
    await until(page, () => globalThis["heard"].length === 1);
    assert.deepEqual(await heard(), [{ action: "gap", conversation_id: "2", after: 3, before: 8 }]);
  });

  it("supports a conversation named __proto__", async (t) => {
    const { page, connection } = await greeted(t);
    await page.evaluate(() => void inbox.subscribe("__proto__", (frame) => globalThis["heard"].push(frame)));
    connection.sendRaw('{"action":"welcome","protocol":1,"heads":{"__proto__":3}}');
    connection.sendRaw('{"conversation_id":"__proto__","seq":5,"message":"five"}');
    const frame = await connection.next();
    assert.equal(JSON.stringify(frame.after), '{"__proto__":3}');
    const message = (/** @type {number} */ seq) => ({ conversation_id: "__proto__", seq, message: String(seq) });
    const text = JSON.stringify({
      action: "sync_response",
      id: frame.id,
      messages: [message(4), message(5)],
      heads: {},
    });
    connection.sendRaw(text.replace('"heads":{}', '"heads":{"__proto__":5}'));
    await until(page, () => globalThis["heard"].length === 2);
  });

  it("reports an id that JavaScript has rounded, once, in the console", async (t) => {
    const { page, connection, heard, complaints } = await greeted(t);
    welcome(connection, {});
    for (const seq of [1, 2]) connection.sendRaw(`{"conversation_id":9007199254740993,"seq":${seq},"message":"far"}`);
    connection.send({ conversation_id: 1, seq: 1, message: "near" });
    await until(page, () => globalThis["heard"].length === 1);
    assert.equal((await heard())[0].message, "near");
    const said = complaints.splice(0);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(
      said[0],
      /conversation_id must be at most 2\^53 - 1 as a number, or a string; got about 9007199254740992/,
    );
  });

  it("fails a message for which the server closes with 1009, and sends the next one", async (t) => {
    const { page, server, connection } = await greeted(t);
    welcome(connection, {});
    await send(page, "x".repeat(2_000));
    await connection.next();
    connection.close(1009);
    const [result] = await results(page);
    assert.match(result.reason, /too large for the server, which closed the connection with 1009/);
    const second = await server.connection();
    await second.next();
    welcome(second, {});
    await send(page);
    assert.equal((await second.next()).message, "hi");
  });

  it("requests fewer bytes after a reply over frameLimit, and reports messages still too long as a gap", async (t) => {
    const { page, connection, heard } = await greeted(t, { frameLimit: 500 });
    welcome(connection, { 1: 0 });
    connection.send({ conversation_id: 1, seq: 2, message: "two" });
    const tooLong = { conversation_id: 1, seq: 1, message: "x".repeat(500) };
    const { id } = await connection.next();
    connection.send({ action: "sync_response", id, messages: [tooLong], heads: { 1: 2 }, has_more: false });
    const again = await connection.next();
    assert.deepEqual([again.after, again.bytes], [{ 1: 0 }, 1_024]);
    connection.send({ action: "sync_response", id: again.id, messages: [tooLong], heads: { 1: 2 }, has_more: false });
    await until(page, () => globalThis["heard"].length === 2);
    const [gap, message] = await heard();
    assert.deepEqual(gap, { action: "gap", conversation_id: 1, after: 0, before: 2 });
    assert.equal(message.message, "two");
  });

  it("counts each frame once, for itself or for listeners", async (t) => {
    const { page, connection } = await greeted(t);
    welcome(connection, { 1: 0 });
    connection.send({ action: "error", code: "bad_frame", ref: null, conversation_id: 1 });
    connection.send({ action: "error", code: "internal", ref: 77, conversation_id: 1 });
    await until(page, () => globalThis["heard"].length === 2);
    assert.equal(await page.evaluate(() => inbox.getStats()?.framesIn), 3);
  });
});

describe("keepalive", () => {
  it("replies to the server's own ping, which no listener receives", async (t) => {
    for (const [ping, pong] of [
      [{ type: "ping" }, { type: "pong" }],
      ["ping", "pong"],
    ]) {
      const { page, connection, heard } = await greeted(t, { keepalive: { ping, pong } });
      connection.sendRaw(typeof ping === "string" ? ping : JSON.stringify({ ...ping, at: 7, conversation_id: 1 }));
      assert.deepEqual(await connection.next(), pong);
      connection.send({ type: "other", conversation_id: 1 });
      await until(page, () => globalThis["heard"].length === 1);
      assert.deepEqual(await heard(), [{ type: "other", conversation_id: 1 }]);
      const { framesIn, framesDropped } = await page.evaluate(() => /** @type {any} */ (inbox.getStats()));
      assert.deepEqual({ framesIn, framesDropped }, { framesIn: 2, framesDropped: 0 });
    }
  });

  it("sends the application's frame to a server with layer 0", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({ protocol: 0, keepalive: { every: 1_000, frame: { type: "ping" } } });
      inbox.subscribe(1, () => {});
    });
    const connection = await server.connection();
    assert.deepEqual(await connection.next(), { type: "ping" });
    assert.deepEqual(await connection.next(), { type: "ping" });
    assert.equal(await page.evaluate(() => inbox.getStats()?.framesOut), 0, "it counts as the client's own frame");
  });
});
