import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

describe("a handle", () => {
  it("returns the current state of the connection and the last message", async (t) => {
    const { page, server } = await openRoot(t);
    server.mode = "hold";
    const members = () =>
      page.evaluate(() => {
        const { isConnected, isConnecting, error, reconnectAttempts, lastMessage } = globalThis["chat"];
        return [isConnected, isConnecting, error, reconnectAttempts, lastMessage];
      });
    await page.evaluate(() => {
      inbox.configure({ reconnectDelays: [60_000] });
      Object.assign(globalThis, { chat: inbox.useWebSocket(2), other: inbox.useWebSocket(3) });
    });
    assert.deepEqual(await members(), [false, true, null, 0, null]);
    await server.attempt();
    server.letGo("accept");
    const connection = await server.connection();
    await until(page, () => globalThis["chat"].isConnected);
    assert.deepEqual(await members(), [true, false, null, 0, null]);
    const message = { conversation_id: 2, message: "hi" };
    connection.send(message);
    await until(page, () => globalThis["chat"].lastMessage);
    assert.deepEqual(await members(), [true, false, null, 0, message]);
    assert.equal(await page.evaluate(() => globalThis["other"].lastMessage), null);
    connection.cut();
    await until(page, () => globalThis["chat"].error);
    assert.deepEqual(await members(), [false, false, "Connection lost - reconnecting in background...", 0, message]);
  });

  it("can be released twice, without ending another subscription", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const heard = [];
      const handles = ["a", "b"].map((name) => inbox.useWebSocket(1, () => heard.push(name)));
      Object.assign(globalThis, { heard, handles });
    });
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await page.evaluate(() => {
      globalThis["handles"][0].release();
      globalThis["handles"][0].release();
    });
    assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 1);
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => globalThis["heard"].length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["b"]);
    assert.equal(await page.evaluate(() => globalThis["handles"][0].lastMessage), null);

    await page.evaluate(() => globalThis["handles"][1].release());
    assert.equal((await connection.closed).code, 1000);
  });

  it("released before the core is loaded receives nothing and does not connect", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const heard = [];
      Object.assign(globalThis, { heard });
      inbox.useWebSocket(1, () => heard.push("released")).release();
    });
    await until(page, () => inbox.getStats() !== null && !inbox.getState().isConnecting);
    assert.equal(await page.evaluate(() => inbox.getStats()?.attempts), 0);

    await page.evaluate(() => void inbox.subscribe(1, () => globalThis["heard"].push("late")));
    (await server.connection()).send({ conversation_id: 1 });
    await until(page, () => globalThis["heard"].length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["late"]);
  });

  it("throws for an id or a callback of another type", async (t) => {
    const { page } = await openRoot(t);
    const errors = await page.evaluate(() => {
      const calls = [
        () => inbox.useWebSocket(/** @type {any} */ ({})),
        () => inbox.useWebSocket(NaN),
        () => inbox.subscribe(2 ** 53, () => {}),
        () => inbox.useWebSocket(/** @type {any} */ (true)),
        () => inbox.useWebSocket(1, /** @type {any} */ ("onMessage")),
        () => inbox.subscribe(1, /** @type {any} */ (null)),
        () => inbox.subscribeState(/** @type {any} */ (undefined)),
      ];
      return calls.map((call) => {
        try {
          call();
        } catch (error) {
          return `${/** @type {Error} */ (error).name}: ${/** @type {Error} */ (error).message}`;
        }
      });
    });
    assert.deepEqual(errors, [
      "TypeError: `conversationId` must be a number up to 2^53 - 1, a string, null or undefined; got [object Object]",
      "TypeError: `conversationId` must be a number up to 2^53 - 1, a string, null or undefined; got NaN",
      "TypeError: `conversationId` must be a number up to 2^53 - 1, a string, null or undefined; got 9007199254740992",
      "TypeError: `conversationId` must be a number up to 2^53 - 1, a string, null or undefined; got true",
      "TypeError: `onMessage` must be a function; got onMessage",
      "TypeError: `listener` must be a function; got null",
      "TypeError: `listener` must be a function; got undefined",
    ]);
    assert.equal(await page.evaluate(() => inbox.getStats()), null, "the core was loaded");
  });
});

describe("during its call, a listener", () => {
  /** @param {import("node:test").TestContext} t @param {() => void} setUp */
  async function connected(t, setUp) {
    const { page, server, complaints } = await openRoot(t);
    await page.evaluate(() => {
      Object.assign(globalThis, {
        heard: [],
        note: (name, { message }) => globalThis["heard"].push(`${name}: ${message}`),
      });
      inbox.configure({ reconnectDelays: [1] });
    });
    await page.evaluate(setUp);
    const connection = await server.connection();
    await until(page, () => inbox.getState().isConnected);
    return { page, server, connection, complaints, heard: () => page.evaluate(() => globalThis["heard"]) };
  }

  it("may subscribe another, which receives the next message", async (t) => {
    const { page, connection, heard } = await connected(t, () => {
      let grown = false;
      inbox.subscribe(1, (message) => {
        globalThis["note"]("first", message);
        if (!grown) inbox.subscribe(1, (message) => globalThis["note"]("second", message));
        grown = true;
      });
    });
    connection.send({ conversation_id: 1, message: "one" });
    connection.send({ conversation_id: 1, message: "two" });
    await until(page, () => globalThis["heard"].length === 3);
    assert.deepEqual(await heard(), ["first: one", "first: two", "second: two"]);
  });

  it("may end its own subscription and those of listeners before and after it", async (t) => {
    const { page, connection, heard } = await connected(t, () => {
      const leave = ["a", "b", "c"].map((name) =>
        inbox.subscribe(1, (message) => {
          globalThis["note"](name, message);
          if (name === "b") for (const leaving of leave) leaving();
        }),
      );
      inbox.subscribe(null, (message) => globalThis["note"]("all", message));
    });
    connection.send({ conversation_id: 1, message: "one" });
    connection.send({ conversation_id: 1, message: "two" });
    await until(page, () => globalThis["heard"].includes("all: two"));
    assert.deepEqual(await heard(), ["a: one", "b: one", "all: one", "all: two"]);
  });

  it("may send", async (t) => {
    const { connection } = await connected(t, () => {
      inbox.subscribe(1, ({ message }) => void inbox.sendMessage(1, `${message}, too`));
    });
    connection.send({ conversation_id: 1, message: "one" });
    connection.send({ conversation_id: 1, message: "two" });
    assert.equal((await connection.next()).message, "one, too");
    assert.equal((await connection.next()).message, "two, too");
  });

  it("may retry, which changes nothing on an open connection", async (t) => {
    const { page, server, connection, heard } = await connected(t, () => {
      inbox.subscribe(1, (message) => {
        globalThis["note"]("a", message);
        inbox.retry();
      });
    });
    connection.send({ conversation_id: 1, message: "one" });
    connection.send({ conversation_id: 1, message: "two" });
    await until(page, () => globalThis["heard"].length === 2);
    assert.deepEqual(await heard(), ["a: one", "a: two"]);
    assert.equal(server.attempts.length, 1);
  });

  it("may disconnect, and the other listeners still receive the current message", async (t) => {
    const { page, connection, heard } = await connected(t, () => {
      inbox.subscribe(1, () => inbox.disconnect());
      inbox.subscribe(1, (message) => globalThis["note"]("other", message));
    });
    connection.send({ conversation_id: 1, message: "one" });
    connection.send({ conversation_id: 1, message: "two" });
    assert.equal((await connection.closed).code, 1000);
    await until(page, () => globalThis["heard"].length === 1);
    assert.deepEqual(await heard(), ["other: one"]);
    assert.equal(await page.evaluate(() => inbox.getState().isConnected), false);
  });
});

describe("the state", () => {
  it("is the same object until it changes, and watchers are called for each change", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const seen = [];
      Object.assign(globalThis, { seen });
      const watch = () => void seen.push(inbox.getState());
      // A watcher added twice is called twice, and each subscription ends separately.
      inbox.subscribeState(watch);
      inbox.subscribeState(watch)();
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);

    const isTheSame = await page.evaluate(() => {
      const [first, second] = [inbox.getState(), inbox.getState()];
      return first === second;
    });
    assert.ok(isTheSame);
    const seen = await page.evaluate(() => globalThis["seen"]);
    assert.deepEqual(seen.at(-1), { isConnected: true, isConnecting: false, error: null, reconnectAttempts: 0 });
    assert.deepEqual([...new Set(seen.map((state) => JSON.stringify(state)))].length, 2, "connecting and connected");
  });

  it("does not reach a watcher that another watcher has removed during the same change", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const called = [];
      Object.assign(globalThis, { called });
      inbox.subscribeState(() => {
        called.push("first");
        leave();
      });
      const leave = inbox.subscribeState(() => called.push("ended"));
      inbox.subscribeState(() => called.push("last"));
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    const called = await page.evaluate(() => globalThis["called"]);
    assert.deepEqual(called.slice(0, 2), ["first", "last"]);
    assert.ok(!called.includes("ended"));
  });

  it("reaches every other watcher when one throws", async (t) => {
    const { page, server, complaints } = await openRoot(t);
    await page.evaluate(() => {
      const leave = inbox.subscribeState(() => {
        leave();
        throw new Error("a watcher's mistake");
      });
      inbox.subscribeState(() => void (globalThis["called"] = inbox.getState().isConnected));
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    await until(page, () => globalThis["called"]);
    assert.deepEqual(complaints.splice(0), ["a watcher's mistake"]);
  });

  it("may have a watcher that retries or releases its handle", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      inbox.configure({ reconnectDelays: [60_000] });
      const chat = inbox.useWebSocket(1);
      inbox.subscribeState(() => {
        const { error, isConnecting } = inbox.getState();
        if (error && !isConnecting) inbox.retry();
        if (inbox.getStats()?.handshakes === 2) chat.release();
      });
    });
    (await server.connection()).cut();
    assert.equal((await (await server.connection()).closed).code, 1000);
  });
});

describe("memory", () => {
  it("of ended subscriptions is freed", async (t) => {
    const { page, server } = await openRoot(t);
    const browser = await page.context().newCDPSession(page);
    const rounds = (count) =>
      page.evaluate((count) => {
        for (let i = 0; i < count; i++) {
          const leave = Array.from({ length: 100 }, (_, id) => inbox.subscribe(`${i}-${id}`, () => {}));
          for (const leaving of leave) leaving();
        }
      }, count);
    const used = async () => {
      await browser.send("HeapProfiler.collectGarbage");
      return (await browser.send("Runtime.getHeapUsage")).usedSize;
    };
    await page.evaluate(() => void inbox.subscribe(null, () => {}));
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    await rounds(100);
    const before = await used();
    await rounds(300);
    const more = (await used()) - before;

    // 30,000 subscriptions: 10 leaked bytes for each would be 300 kB.
    assert.ok(more < 100_000, `${more} bytes more`);
    assert.equal(server.attempts.length, 1);
  });
});
