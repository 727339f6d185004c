import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configure } from "inbox-socket";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

// Refused options change nothing, so these tests run in Node.js and share one client.
describe("configure() refuses", () => {
  const TIME = "a number of milliseconds ≥ 0";
  const ADDRESS = "a ws:, wss:, http:, https: or relative URL, or a function that returns one";
  const DELAYS = "a non-empty array of numbers of milliseconds ≥ 0";
  const COUNT = "an integer ≥ 0";
  const KEEPALIVE = "{ every, frame }, { ping, pong } or both: a number of milliseconds ≥ 1000, and frames";
  /** @type {[option: string, value: unknown, shown: string, expected: string][]} */
  const rows = [
    ["url", 5, "5", ADDRESS],
    ["url", null, "null", ADDRESS],
    ["url", {}, "{}", ADDRESS],
    ["url", "ftp://example.com/", '"ftp://example.com/"', ADDRESS],
    ["url", "javascript:alert(1)", '"javascript:alert(1)"', ADDRESS],
    ["url", "wss://", '"wss://"', ADDRESS],
    ["url", new URL("data:,"), '"data:,"', ADDRESS],
    ["reconnectDelays", 500, "500", DELAYS],
    ["reconnectDelays", [], "[]", DELAYS],
    ["reconnectDelays", ["500"], '["500"]', DELAYS],
    ["reconnectDelays", [1, -1], "[1,-1]", DELAYS],
    ["reconnectDelays", [1, NaN], "[1,NaN]", DELAYS],
    ["jitter", 1.5, "1.5", "a number from 0 to 1"],
    ["jitter", -0.1, "-0.1", "a number from 0 to 1"],
    ["jitter", "0.2", '"0.2"', "a number from 0 to 1"],
    ["maxAttempts", -1, "-1", "an integer ≥ 0, or Infinity"],
    ["maxAttempts", 2.5, "2.5", "an integer ≥ 0, or Infinity"],
    ["maxAttempts", NaN, "NaN", "an integer ≥ 0, or Infinity"],
    ["connectTimeout", 0, "0", "a number of milliseconds ≥ 1"],
    ["connectTimeout", Infinity, "Infinity", "a number of milliseconds ≥ 1"],
    ["linger", -1, "-1", TIME],
    ["linger", true, "true", TIME],
    ["linger", 10n, "10", TIME],
    ["queueLimit", 1.5, "1.5", COUNT],
    ["queueLimit", () => 1, "a function", COUNT],
    ["queueLimit", 10n, "10", COUNT],
    ["queueLimit", 2 ** 32, "4294967296", COUNT],
    ["frameLimit", 0, "0", "an integer ≥ 1"],
    ["heartbeat", 999, "999", "a number of milliseconds ≥ 1000"],
    ["messageLimit", 0, "0", "an integer ≥ 1"],
    ["keepalive", 20_000, "20000", KEEPALIVE],
    ["keepalive", {}, "{}", KEEPALIVE],
    ["keepalive", { every: 999, frame: {} }, '{"every":999,"frame":{}}', KEEPALIVE],
    ["keepalive", { every: 20_000 }, '{"every":20000}', KEEPALIVE],
    ["keepalive", { ping: "ping" }, '{"ping":"ping"}', KEEPALIVE],
    [
      "keepalive",
      { ping: "ping", pong: "pong", every: 20_000 },
      '{"ping":"ping","pong":"pong","every":20000}',
      KEEPALIVE,
    ],
    ["user", true, "true", "a string, a number or null"],
    ["user", { id: 7 }, '{"id":7}', "a string, a number or null"],
    ["protocol", 2, "2", "0 or 1"],
    ["wasm", 5, "5", "the URL of core.wasm, a Response, its bytes or a WebAssembly.Module"],
    ["wasm", null, "null", "the URL of core.wasm, a Response, its bytes or a WebAssembly.Module"],
    ["protocols", "", '""', "a string, an array of strings, or a function that returns one"],
    ["protocols", ["chat", 2], '["chat",2]', "a string, an array of strings, or a function that returns one"],
    ["sockets", "both", '"both"', '"one" or "each"'],
    ["adapter", "data.id", '"data.id"', "an object"],
    ["adapter", [], "[]", "an object"],
  ];
  for (const [option, value, shown, expected] of rows) {
    it(`${option}: ${shown}`, () => {
      assert.throws(() => configure({ [option]: value }), {
        name: "TypeError",
        message: `\`${option}\` must be ${expected}; got ${shown}`,
      });
    });
  }

  it("an unknown option, and names the known ones", () => {
    assert.throws(() => configure(/** @type {any} */ ({ reconnectDelay: [1] })), {
      name: "TypeError",
      message: /^unknown option `reconnectDelay`; the options are url, user, reconnectDelays, .*queueLimit/,
    });
    assert.throws(() => configure(/** @type {any} */ ({ toString: 1 })), /unknown option `toString`/);
  });

  it("an argument that is not an object", () => {
    for (const [value, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      ["/ws", '"/ws"'],
      [[], "[]"],
    ]) {
      assert.throws(() => configure(/** @type {any} */ (value)), {
        name: "TypeError",
        message: `\`options\` must be an object; got ${shown}`,
      });
    }
  });
});

describe("configure()", () => {
  it("accepts every option at its limit, and undefined for the default", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({
        url: undefined,
        reconnectDelays: [0],
        jitter: 1,
        maxAttempts: Infinity,
        connectTimeout: 0xffffffff,
        linger: 0,
        queueLimit: 0xffffffff,
        frameLimit: 0xffffffff,
        heartbeat: 1000,
        protocol: 0,
        wasm: undefined,
        messageLimit: 0xffffffff,
        keepalive: { every: 1000, frame: "ping", ping: {}, pong: [] },
        user: 0,
        protocols: [],
        sockets: undefined,
        adapter: undefined,
      });
      inbox.subscribe(1, () => {});
    });
    assert.equal((await server.connection()).path, "/ws/inbox/");
  });

  it("throws once the connection is in use, and changes nothing", async (t) => {
    const { page, server } = await openRoot(t);
    const message = await page.evaluate(() => {
      inbox.subscribe(1, () => {});
      try {
        inbox.configure({ url: "/elsewhere" });
      } catch (error) {
        return /** @type {Error} */ (error).message;
      }
    });
    assert.equal(message, "configure() must be called before the connection is used, except for `user`");
    assert.equal((await server.connection()).path, "/ws/inbox/");
    await assert.rejects(
      page.evaluate(() => inbox.configure({ linger: 0 })),
      /before the connection is used/,
    );
  });

  it("merges with earlier calls", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({ url: "/elsewhere", protocol: 1 });
      inbox.configure({ protocol: 0 });
      inbox.subscribe(1, () => {});
    });
    assert.equal((await server.connection()).path, "/elsewhere");
  });

  it("accepts identical options at any time, as from a hot-reloaded module", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const run = () => inbox.configure({ url: () => "/here", reconnectDelays: [10] });
      run();
      inbox.subscribe(1, () => {});
      run();
    });
    const connection = await server.connection();
    assert.equal(connection.path, "/here");
    await page.evaluate(() => inbox.configure({ url: () => "/there", reconnectDelays: [10] }));
    await page.evaluate(() => inbox.configure({ reconnectDelays: [10] }));
    for (const changed of [{ url: "/here" }, { reconnectDelays: [20] }, { linger: 1 }]) {
      await assert.rejects(
        page.evaluate((changed) => inbox.configure(changed), changed),
        /before the connection is used/,
      );
    }
  });

  it("neither loads the core nor connects", async (t) => {
    const { page, server } = await openRoot(t);
    /** @type {string[]} */
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.evaluate(() => {
      inbox.configure({ url: "/ws" });
      inbox.subscribeState(() => {});
      inbox.retry();
      inbox.disconnect();
    });
    assert.equal(await page.evaluate(() => inbox.getStats()), null);
    assert.deepEqual(await page.evaluate(() => inbox.getState()), {
      isConnected: false,
      isConnecting: false,
      error: null,
      reconnectAttempts: 0,
    });
    assert.deepEqual(requests, []);
    assert.deepEqual(server.attempts, []);
  });
});

describe("an inbox of createInbox()", () => {
  it("has all functions of the root entry", async (t) => {
    const { page } = await openRoot(t);
    const missing = await page.evaluate(() => {
      const own = inbox.createInbox();
      return Object.keys(inbox).filter((name) => name !== "createInbox" && typeof own[name] !== "function");
    });
    assert.deepEqual(missing, []);
  });

  it("has a connection besides the page's", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const own = inbox.createInbox({ url: "/own/" });
      Object.assign(globalThis, { chat: own.useWebSocket(1, () => {}), shared: inbox.useWebSocket(1, () => {}) });
    });
    const connections = [await server.connection(), await server.connection()];
    connections.find(({ path }) => path === "/own/")?.send({ conversation_id: 1, message: "hi" });
    await until(page, () => globalThis["chat"].lastMessage?.message === "hi" && globalThis["shared"].isConnected);
    assert.equal(await page.evaluate(() => globalThis["shared"].lastMessage), null);
    await page.evaluate(() => globalThis["chat"].release());
    assert.equal((await connections.find(({ path }) => path === "/own/")?.closed)?.code, 1000);
  });
});
