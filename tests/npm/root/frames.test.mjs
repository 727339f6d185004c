import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

/** @param {import("node:test").TestContext} t @param {import("inbox-socket").Options} [options] */
async function connected(t, options = {}) {
  const opened = await openRoot(t);
  opened.server.expectsHello = false;
  await opened.page.evaluate((options) => {
    const heard = { one: /** @type {any[]} */ ([]), all: /** @type {any[]} */ ([]) };
    Object.assign(globalThis, { heard });
    // Without hello and its reply, the counters count only the test's frames.
    inbox.configure({ protocol: 0, ...options });
    inbox.subscribe(1, (message) => heard.one.push(message));
    inbox.subscribe(null, (message) => heard.all.push(message));
  }, options);
  const connection = await opened.server.connection();
  return { ...opened, connection, heard: () => opened.page.evaluate(() => globalThis["heard"]) };
}

const GOOD = { conversation_id: 1, message: "good" };

describe("the client counts and drops an invalid frame, and delivers the next one:", () => {
  /** @type {[what: string, frame: string | Uint8Array][]} */
  const rows = [
    ["text that is not JSON", "{not json"],
    ["an empty string", ""],
    ["an array", '[{"conversation_id":1}]'],
    ["null", "null"],
    ["a number", "42"],
    ["a JSON string", '"hello"'],
    ["a binary frame", new TextEncoder().encode(JSON.stringify(GOOD))],
    ["a frame over the limit", JSON.stringify({ ...GOOD, message: "x".repeat(1000) })],
  ];
  for (const [what, frame] of rows) {
    it(what, async (t) => {
      const { page, server, connection, heard } = await connected(t, { frameLimit: 1000 });
      connection.sendRaw(frame);
      connection.send(GOOD);
      await until(page, () => globalThis["heard"].all.length > 0);

      assert.deepEqual(await heard(), { one: [GOOD], all: [GOOD] });
      const { framesIn, framesDropped, framesDelivered } = await page.evaluate(
        () => /** @type {any} */ (inbox.getStats()),
      );
      assert.deepEqual(
        { framesIn, framesDropped, framesDelivered },
        { framesIn: 2, framesDropped: 1, framesDelivered: 2 },
      );
      assert.ok(connection.isOpen);
      assert.equal(server.attempts.length, 1);
    });
  }
});

describe("a frame", () => {
  it("of exactly frameLimit characters is delivered", async (t) => {
    const frame = JSON.stringify(GOOD);
    const { page, connection, heard } = await connected(t, { frameLimit: frame.length });
    connection.sendRaw(`${frame} `);
    connection.sendRaw(frame);
    await until(page, () => globalThis["heard"].one.length > 0);
    assert.deepEqual((await heard()).one, [GOOD]);
    assert.equal(await page.evaluate(() => inbox.getStats()?.framesDropped), 1);
  });

  it("without a valid conversation_id reaches only the listeners of every conversation", async (t) => {
    const { page, connection, heard } = await connected(t);
    const frames = [
      { action: "error", code: "bad_frame" },
      {},
      { conversation_id: null },
      { conversation_id: [1] },
      { conversation_id: { "": 1 } },
      { conversation_id: true },
      { conversation_id: "1" },
      { nested: { conversation_id: 1 } },
    ];
    for (const frame of frames) connection.send(frame);
    connection.send(GOOD);
    await until(page, () => globalThis["heard"].one.length > 0);
    assert.deepEqual(await heard(), { one: [GOOD], all: [...frames, GOOD] });
    assert.equal(await page.evaluate(() => inbox.getStats()?.framesDropped), 0);
  });

  it("with members named __proto__ and constructor is delivered as data", async (t) => {
    const { page, connection } = await connected(t);
    connection.sendRaw('{"__proto__":{"conversation_id":1},"constructor":1,"conversation_id":1,"message":"odd"}');
    await until(page, () => globalThis["heard"].one.length > 0);
    assert.deepEqual(await page.evaluate(() => Object.keys(globalThis["heard"].one[0])), [
      "__proto__",
      "constructor",
      "conversation_id",
      "message",
    ]);
    // If the member were assigned and not defined, the id would be found on the prototype.
    connection.sendRaw('{"__proto__":{"conversation_id":1}}');
    connection.send(GOOD);
    await until(page, () => globalThis["heard"].all.length === 3);
    assert.equal(await page.evaluate(() => globalThis["heard"].one.length), 2);
  });

  it("counts as parsed once for all its listeners, and the other counters are correct", async (t) => {
    const { page, connection } = await connected(t);
    for (const frame of [GOOD, { conversation_id: 9 }, GOOD]) connection.send(frame);
    await page.evaluate(() => inbox.sendMessage(1, "héllo"));
    await connection.next();
    await until(page, () => globalThis["heard"].all.length === 3);
    const { connectedMs, ...stats } = await page.evaluate(() => /** @type {any} */ (inbox.getStats()));
    assert.equal(typeof connectedMs, "number");
    assert.deepEqual(stats, {
      attempts: 1,
      handshakes: 1,
      reconnections: 0,
      framesIn: 3,
      framesOut: 1,
      charactersIn: 2 * JSON.stringify(GOOD).length + '{"conversation_id":9}'.length,
      charactersOut: '{"conversation_id":1,"message":"héllo","type":"TEXT"}'.length,
      framesParsed: 3,
      framesDelivered: 5,
      framesDropped: 0,
      duplicates: 0,
      recovered: 0,
      gaps: 0,
      pings: 0,
      assured: false,
      listeners: 2,
      queued: 0,
    });
  });
});
