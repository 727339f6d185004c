import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

/** Values that can't be sent, by the name that `inPage` gives them, and the reason for each. */
const UNSENDABLE = {
  circular: /circular/i,
  bigint: /BigInt/,
  throwing: /toJSON says no/,
  empty: /empty/,
  nothing: /empty/,
  undefined: /empty/,
  // JSON omits these without an error.
  function: /function/,
  symbol: /symbol/i,
  silent: /undefined/,
};

const inPage = () => {
  const circular = {};
  Object.assign(circular, { circular });
  Object.assign(globalThis, {
    values: {
      circular,
      bigint: 10n,
      throwing: {
        toJSON() {
          throw new Error("toJSON says no");
        },
      },
      empty: "",
      nothing: null,
      undefined: undefined,
      function: () => {},
      symbol: Symbol("s"),
      silent: { toJSON() {} },
    },
  });
  inbox.subscribe(1, () => {});
};

describe("sendMessage() resolves to failed, with the reason, for", () => {
  for (const [name, reason] of Object.entries(UNSENDABLE)) {
    for (const when of ["while the core is loading", "on an open connection"]) {
      it(`a value that is ${name}, ${when}; the next message is sent`, async (t) => {
        const { page, server } = await openRoot(t);
        await page.evaluate(inPage);
        if (when === "on an open connection") await until(page, () => inbox.getState().isConnected);
        const [failed, sent] = await page.evaluate(
          (name) => Promise.all([inbox.sendMessage(1, globalThis["values"][name]), inbox.sendMessage(1, "good")]),
          name,
        );
        assert.equal(failed.status, "failed");
        assert.match(/** @type {any} */ (failed).reason, reason);
        assert.deepEqual(sent, { status: "sent" });
        assert.equal((await (await server.connection()).next()).message, "good");
      });
    }
  }

  it("an invalid conversation id", async (t) => {
    const { page } = await openRoot(t);
    const reasons = await page.evaluate(async () => {
      const results = [null, undefined, NaN, 2 ** 53, {}, [1], true].map((id) =>
        inbox.sendMessage(/** @type {any} */ (id), "hi"),
      );
      return (await Promise.all(results)).map((result) => /** @type {any} */ (result).reason);
    });
    assert.deepEqual(
      reasons,
      ["null", "undefined", "NaN", "9007199254740992", "an object", "an array", "true"].map(
        (shown) => `\`conversationId\` must be a number up to 2^53 - 1 or a string; got ${shown}`,
      ),
    );
  });

  it("a frame over the limit in bytes, and sends one of exactly the limit", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => inbox.configure({ messageLimit: 60 }));
    const reasons = await page.evaluate(async () => {
      const results = [inbox.sendMessage(1, "ä".repeat(3)), inbox.send({ action: "typing", text: "x".repeat(60) })];
      return (await Promise.all(results)).map((result) => /** @type {any} */ (result).reason);
    });
    assert.match(reasons[0], /^the frame must be at most 60 bytes as JSON; got \d+ \(option messageLimit\)$/);
    assert.match(reasons[1], /got 89 /);
    const bare = { action: "typing", text: "" };
    const text = "ä".repeat((60 - JSON.stringify(bare).length) / 2);
    await page.evaluate((frame) => void inbox.send(frame), { ...bare, text });
    assert.deepEqual(await (await server.connection()).next(), { ...bare, text });
  });

  it("a message that exceeds the queue, and sends the queued ones", async (t) => {
    const { page, server } = await openRoot(t);
    server.mode = "refuse";
    await page.evaluate(() => {
      inbox.configure({ queueLimit: 2, reconnectDelays: [60_000] });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error);
    const third = await page.evaluate(() => {
      inbox.sendMessage(1, "one");
      inbox.sendMessage(1, "two");
      return inbox.sendMessage(1, "three");
    });
    assert.deepEqual(third, {
      status: "failed",
      reason: "the queue is full: too many frames are waiting to be sent",
    });
    server.mode = "accept";
    await page.evaluate(() => inbox.retry());
    const connection = await server.connection();
    for (const text of ["one", "two"]) assert.equal((await connection.next()).message, text);
    await page.evaluate(() => inbox.sendMessage(1, "four"));
    assert.equal((await connection.next()).message, "four");
  });
});

describe("a sent frame", () => {
  it("may have any message that can be serialized to JSON", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      inbox.sendMessage(1, { text: "hi", at: new Date(0) }, "CARD");
      inbox.sendMessage(0, 0);
      inbox.sendMessage("", false);
    });
    const connection = await server.connection();
    const card = { text: "hi", at: "1970-01-01T00:00:00.000Z" };
    assert.deepEqual(await connection.next(), { conversation_id: 1, message: card, type: "CARD" });
    assert.deepEqual(await connection.next(), { conversation_id: 0, message: 0, type: "TEXT" });
    assert.deepEqual(await connection.next(), { conversation_id: "", message: false, type: "TEXT" });
  });

  it("may be a custom one, in order with messages and requests", async (t) => {
    const { page, server } = await openRoot(t);
    // Requests don't wait for the reply to hello, so they would overtake the message.
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({ protocol: 0 });
      inbox.send({ action: "typing", conversation_id: 1 });
      inbox.sendMessage(1, "hi");
      inbox.requestMessages(1);
    });
    const connection = await server.connection();
    assert.deepEqual(await connection.next(), { action: "typing", conversation_id: 1 });
    assert.equal((await connection.next()).message, "hi");
    assert.deepEqual(await connection.next(), { action: "get_messages", conversation_id: 1 });
  });

  it("must be an object", async (t) => {
    const { page } = await openRoot(t);
    const reasons = await page.evaluate(async () => {
      const results = ["hi", null, [1], 5].map((frame) => inbox.send(/** @type {any} */ (frame)));
      return (await Promise.all(results)).map((result) => /** @type {any} */ (result).reason);
    });
    assert.deepEqual(
      reasons,
      ["hi", "null", "an array", "5"].map((shown) => `\`frame\` must be an object; got ${shown}`),
    );
  });

  it("fails if it can't be serialized to JSON, and the connection stays open", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(inPage);
    await until(page, () => inbox.getState().isConnected);
    const [failed, sent] = await page.evaluate(() =>
      Promise.all([inbox.send(globalThis["values"].silent), inbox.sendMessage(1, "good")]),
    );
    assert.equal(failed.status, "failed");
    assert.deepEqual(sent, { status: "sent" });
    assert.equal((await (await server.connection()).next()).message, "good");
  });

  it("opens the connection without a listener, and closes it when all frames are sent", async (t) => {
    const { page, server } = await openRoot(t);
    assert.deepEqual(await page.evaluate(() => inbox.sendMessage(1, "hi")), { status: "sent" });
    const connection = await server.connection();
    assert.equal((await connection.next()).message, "hi");
    assert.equal((await connection.closed).code, 1000);
  });

  it("fails if it is queued when disconnect() is called, and is not sent later", async (t) => {
    const { page, server } = await openRoot(t);
    server.mode = "refuse";
    await page.evaluate(() => {
      inbox.configure({ reconnectDelays: [60_000] });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error);
    const result = await page.evaluate(() => {
      const result = inbox.sendMessage(1, "from the last user");
      inbox.disconnect();
      return result;
    });
    assert.deepEqual(result, { status: "failed", reason: "disconnect() was called before the frame was sent" });
    server.mode = "accept";
    await page.evaluate(() => void inbox.sendMessage(1, "from the next user"));
    assert.equal((await (await server.connection()).next()).message, "from the next user");
  });
});
