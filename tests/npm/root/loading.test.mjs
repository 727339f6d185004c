import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

/** Collects the paths that a page requests from now on. @param {import("playwright-core").Page} page */
function watchRequests(page) {
  /** @type {string[]} */
  const paths = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

const { resolve } = createRequire(import.meta.url);
const CORE = readFileSync(resolve("inbox-socket/core.wasm"));
const ADAPTER = readFileSync(resolve("inbox-socket/adapter.wasm"));
const SHARED = readFileSync(resolve("inbox-socket/shared.wasm"));

describe("the core", () => {
  it("is loaded once, by the first subscription", async (t) => {
    const { page, server } = await openRoot(t);
    const requests = watchRequests(page);
    await page.evaluate(() => inbox.getState());
    assert.equal(requests.length, 0);
    await page.evaluate(() => {
      for (let id = 0; id < 10; id++) inbox.subscribe(id, () => {});
    });
    await server.connection();
    assert.deepEqual(requests.map((path) => path.replace(/-\w+\./, ".")).sort(), ["/core.js", "/inline-core.js"]);
  });

  /** @type {[option: string, configure: () => void][]} */
  const otherWires = [
    ["adapter", () => inbox.configure({ url: "/ws/", adapter: { conversationId: "room" } })],
    ["sockets", () => inbox.configure({ url: () => "/ws/", sockets: "each" })],
  ];
  for (const [option, configure] of otherWires) {
    it(`of a page with \`${option}\` is a smaller one without layer 1`, async (t) => {
      const { page, server } = await openRoot(t);
      server.expectsHello = false;
      const requests = watchRequests(page);
      await page.evaluate(configure);
      await page.evaluate(() => void inbox.subscribe(1, () => {}));
      await server.connection();
      const cores = requests.filter((path) => /core|inline/.test(path)).map((path) => path.replace(/-\w+\./, "."));
      assert.deepEqual(cores, ["/inline-adapter.js"]);
    });
  }

  it("of a page with `share` contains what the tabs need", async (t) => {
    const { page, server } = await openRoot(t);
    const requests = watchRequests(page);
    await page.evaluate(() => {
      inbox.configure({ user: "ana", share: true });
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    const cores = requests.filter((path) => /core|inline/.test(path)).map((path) => path.replace(/-\w+\./, "."));
    assert.deepEqual(cores, ["/inline-shared.js"]);
  });

  it("of each inbox is the one that its options need", async (t) => {
    const { page, server } = await openRoot(t);
    Object.assign(server, { expectsHello: false, answersHello: false });
    await page.evaluate(() => {
      const heard = [];
      const adapted = inbox.createInbox({ url: "/adapted", adapter: { conversationId: "room", message: "text" } });
      const plain = inbox.createInbox({ url: "/plain" });
      Object.assign(globalThis, { heard, adapted, plain });
      adapted.subscribe(1, (/** @type {any} */ { text }) => heard.push(text));
      plain.subscribe(1, ({ message }) => heard.push(message));
      void adapted.sendMessage(1, "to the adapted");
    });
    const both = [await server.connection(), await server.connection()];
    const [adapted, plain] = both.sort((one, other) => one.path.localeCompare(other.path));
    assert.deepEqual(await adapted?.next(), { room: 1, text: "to the adapted" });
    assert.deepEqual(await plain?.next(), { action: "hello", protocol: 1, cursors: {} });
    plain?.send({ action: "welcome", protocol: 1, heads: { 1: 0 } });
    await until(page, () => globalThis["plain"].getStats()?.assured);
    assert.equal(await page.evaluate(() => globalThis["adapted"].getStats()?.assured), false);
    adapted?.send({ room: 1, text: "from the adapted" });
    await until(page, () => globalThis["heard"].length === 1);
    // Out of turn, which only layer 1 notices.
    plain?.send({ conversation_id: 1, seq: 2, message: "second" });
    plain?.send({ conversation_id: 1, seq: 1, message: "first" });
    await until(page, () => globalThis["heard"].length === 3);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["from the adapted", "first", "second"]);
  });

  it("runs the calls made while it was loading in order, and then the calls that those make", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      let isAsked = false;
      const url = () => {
        if (!isAsked) void inbox.sendMessage(1, "third");
        isAsked = true;
        return "/ws/inbox/";
      };
      inbox.configure({ url, protocol: 0 });
      inbox.subscribe(1, () => {});
      void inbox.sendMessage(1, "first");
      void inbox.sendMessage(1, "second");
    });
    const connection = await server.connection();
    for (const text of ["first", "second", "third"]) assert.equal((await connection.next()).message, text);
  });

  it("ends a subscription that url() ends while it starts", async (t) => {
    const { page, server } = await openRoot(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      /** @type {() => void} */
      let off;
      const url = () => {
        off();
        return "/ws/inbox/";
      };
      inbox.configure({ url, protocol: 0, linger: 0 });
      off = inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getStats()?.listeners === 0 && !inbox.getState().isConnecting);
    assert.equal(await page.evaluate(() => inbox.getState().isConnected), false);
  });

  it("connects once if retry() is called while it is loading", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      inbox.subscribe(1, () => {});
      inbox.retry();
      inbox.retry();
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    assert.equal(await page.evaluate(() => inbox.getStats()?.attempts), 1);
  });

  it("whose chunk fails to load sets the error and keeps messages, and retry() sends them", async (t) => {
    const { page, server } = await openRoot(t);
    await page.route("**/inline-*", (route) => route.abort());
    await page.evaluate(() => {
      const heard = [];
      // Disables automatic retries.
      Object.assign(globalThis, { heard, setTimeout: () => 0 });
      inbox.subscribe(1, ({ message }) => heard.push(message));
      globalThis["sent"] = Promise.all([inbox.sendMessage(1, "one"), inbox.sendMessage(1, "two")]);
    });
    await until(page, () => inbox.getState().error);
    const state = await page.evaluate(() => inbox.getState());
    assert.match(String(state.error), /^Unable to load inbox-socket: /);
    assert.deepEqual(
      { ...state, error: null },
      {
        isConnected: false,
        isConnecting: false,
        error: null,
        reconnectAttempts: 0,
      },
    );

    // The chunk still fails to load.
    const isConnecting = await page.evaluate(() => {
      inbox.retry();
      return inbox.getState().isConnecting;
    });
    assert.equal(isConnecting, true);
    // The error stays while the core is loading again.
    await until(page, () => inbox.getState().error && !inbox.getState().isConnecting);

    await page.unroute("**/inline-*");
    await page.evaluate(() => inbox.retry());
    const connection = await server.connection();
    for (const text of ["one", "two"]) assert.equal((await connection.next()).message, text);
    assert.equal(server.attempts.length, 1);
    assert.deepEqual(await page.evaluate(() => globalThis["sent"]), [{ status: "sent" }, { status: "sent" }]);
    connection.send({ conversation_id: 1, message: "hi" });
    await until(page, () => globalThis["heard"].length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"]), ["hi"]);
    assert.equal(await page.evaluate(() => inbox.getState().error), null);
  });

  it("whose chunk fails to load is loaded again automatically, and sends queued messages", async (t) => {
    const { page, server } = await openRoot(t);
    await page.route("**/core-*", (route) => route.abort(), { times: 1 });
    await page.evaluate(() => {
      inbox.subscribe(1, () => {});
      globalThis["sent"] = inbox.sendMessage(1, "queued");
    });
    const connection = await server.connection();
    assert.equal((await connection.next()).message, "queued");
    assert.deepEqual(await page.evaluate(() => globalThis["sent"]), { status: "sent" });
    assert.equal(server.attempts.length, 1);
  });

  it("is loaded again after 1, 2, 5, 10 and 30 s, and then every 30 s", async (t) => {
    const { page } = await openRoot(t);
    await page.route("**/core-*", (route) => route.abort());
    await page.evaluate(() => {
      const waits = [];
      const { setTimeout } = globalThis;
      Object.assign(globalThis, {
        waits,
        // Every delay ends at once.
        setTimeout: (/** @type {() => void} */ callback, /** @type {number} */ delay) => {
          waits.push(delay);
          return setTimeout(callback);
        },
      });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => globalThis["waits"].length >= 7);
    assert.deepEqual(
      await page.evaluate(() => globalThis["waits"].slice(0, 7)),
      [1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000],
    );
  });

  it("that failed to load keeps the error until it is loaded", async (t) => {
    const { page, server } = await openRoot(t);
    await page.route("**/core-*", (route) => route.abort(), { times: 2 });
    await page.evaluate(() => {
      const seen = [];
      Object.assign(globalThis, { seen });
      inbox.subscribeState(() => seen.push(inbox.getState()));
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    const seen = await page.evaluate(() => globalThis["seen"]);
    const shown = seen.map(({ error, isConnecting, isConnected }) => [error !== null, isConnecting, isConnected]);
    assert.deepEqual(shown.slice(0, 6), [
      [false, true, false],
      [true, false, false],
      [true, true, false],
      [true, false, false],
      [true, true, false],
      [false, true, false],
    ]);
    assert.deepEqual(shown.at(-1), [false, false, true]);
  });

  describe("that failed to load, during the delay before the next try", () => {
    /** @param {import("node:test").TestContext} t */
    async function waiting(t) {
      const { page, server } = await openRoot(t);
      await page.route("**/core-*", (route) => route.abort(), { times: 1 });
      await page.evaluate(() => {
        // Disables automatic retries.
        Object.assign(globalThis, { setTimeout: () => 0, left: inbox.subscribe(1, () => {}) });
      });
      await until(page, () => inbox.getState().error);
      return { page, server, isLoading: () => page.evaluate(() => inbox.getState().isConnecting) };
    }

    it("is loaded at once when the browser comes online", async (t) => {
      const { page, server } = await waiting(t);
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await server.connection();
    });

    it("is loaded at once when the page becomes visible, and not when it is hidden", async (t) => {
      const { page, server, isLoading } = await waiting(t);
      const show = (/** @type {boolean} */ hidden) =>
        page.evaluate((hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await show(true);
      assert.equal(await isLoading(), false);
      await show(false);
      await server.connection();
    });

    it("is not retried after the last listener has left during a try", async (t) => {
      const { page } = await waiting(t);
      await page.route("**/core-*", (route) => route.abort());
      await page.evaluate(() => {
        inbox.retry();
        globalThis["left"]();
      });
      await until(page, () => !inbox.getState().isConnecting);
      assert.equal(await page.evaluate(() => inbox.getState().error), null);
    });

    it("is not retried after the last listener has left, and the state is idle again", async (t) => {
      const { page, isLoading } = await waiting(t);
      await page.evaluate(() => globalThis["left"]());
      const idle = { isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 };
      assert.deepEqual(await page.evaluate(() => inbox.getState()), idle);
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      assert.equal(await isLoading(), false);
    });
  });

  it("that failed to load is loaded again for the next subscription", async (t) => {
    const { page, server } = await openRoot(t);
    await page.route("**/core-*", (route) => route.abort());
    await page.evaluate(() => void inbox.subscribe(1, () => {}));
    await until(page, () => inbox.getState().error);
    await page.unroute("**/core-*");
    await page.evaluate(() => void inbox.subscribe(2, () => {}));
    await server.connection();
    await until(page, () => inbox.getStats()?.listeners === 2);
  });

  it("that the page's policy forbids sets the error, and nothing is thrown", async (t) => {
    const { page, complaints } = await openRoot(t, { headers: { "content-security-policy": "script-src 'self'" } });
    await page.evaluate(() => {
      const results = [];
      Object.assign(globalThis, { results });
      inbox.subscribe(1, () => {});
      inbox.sendMessage(1, "kept").then((result) => results.push(result));
    });
    await until(page, () => inbox.getState().error);
    assert.match(String(await page.evaluate(() => inbox.getState().error)), /Content Security Policy/);
    await page.evaluate(() => inbox.retry());
    await until(page, () => inbox.getState().error);
    assert.deepEqual(await page.evaluate(() => globalThis["results"]), []);
    for (const complaint of complaints.splice(0)) assert.match(complaint, /Content Security Policy/);
  });

  it("runs under a policy that allows only wasm and the page's own scripts and connections", async (t) => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
    const { page, server } = await openRoot(t, { headers: { "content-security-policy": policy } });
    await page.evaluate(() => void inbox.subscribe(1, () => {}));
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
  });

  /** @type {[what: string, use: (path: string) => unknown][]} */
  const sources = [
    ["its path", (path) => inbox.configure({ wasm: path })],
    ["its URL", (path) => inbox.configure({ wasm: new URL(path, location.href) })],
    ["a promise of a response", (path) => inbox.configure({ wasm: fetch(path) })],
    ["a response", async (path) => inbox.configure({ wasm: await fetch(path) })],
    ["its bytes", async (path) => inbox.configure({ wasm: await (await fetch(path)).arrayBuffer() })],
    ["a compiled module", async (path) => inbox.configure({ wasm: await WebAssembly.compileStreaming(fetch(path)) })],
  ];
  for (const [what, use] of sources) {
    it(`may be a separate file: ${what}`, async (t) => {
      const { page, server } = await openRoot(t, { more: [["/core.wasm", CORE]] });
      const requests = watchRequests(page);
      await page.evaluate(use, "/core.wasm");
      await page.evaluate(() => void inbox.subscribe(1, () => {}));
      await server.connection();
      assert.deepEqual(
        requests.filter((path) => /inline/.test(path)),
        [],
        "the inlined copy was loaded too",
      );
    });
  }

  for (const [file, wasm] of /** @type {const} */ ([
    ["adapter.wasm", ADAPTER],
    ["core.wasm", CORE],
  ])) {
    it(`of a page with \`adapter\` may be a separate file: ${file}`, async (t) => {
      const { page, server } = await openRoot(t, { more: [[`/${file}`, wasm]] });
      server.expectsHello = false;
      const requests = watchRequests(page);
      await page.evaluate((file) => {
        inbox.configure({
          wasm: `/${file}`,
          adapter: { conversationId: "room", message: "text", ack: "ref", ref: "ref" },
        });
        globalThis["sent"] = inbox.sendMessage(1, "hi");
      }, file);
      const connection = await server.connection();
      const { ref } = await connection.next();
      connection.send({ ref });
      assert.deepEqual(await page.evaluate(() => globalThis["sent"]), { status: "delivered" });
      assert.deepEqual(
        requests.filter((path) => /inline/.test(path)),
        [],
      );
    });
  }

  it("of a page with `share` may be a separate file: shared.wasm", async (t) => {
    const { page, server } = await openRoot(t, { more: [["/shared.wasm", SHARED]] });
    const requests = watchRequests(page);
    await page.evaluate(() => {
      inbox.configure({ wasm: "/shared.wasm", user: "ana", share: true });
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    assert.deepEqual(
      requests.filter((path) => /inline/.test(path)),
      [],
    );
  });

  it("without the tabs is refused by a page with `share`", async (t) => {
    const { page, server } = await openRoot(t, { more: [["/core.wasm", CORE]] });
    await page.evaluate(() => {
      inbox.configure({ wasm: "/core.wasm", user: "ana", share: true });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error);
    assert.equal(
      await page.evaluate(() => inbox.getState().error),
      "Unable to load inbox-socket: `wasm` must be shared.wasm with `share`; got another one",
    );
    assert.equal(server.attempts.length, 0);
  });

  for (const [what, more] of /** @type {const} */ ([
    ["adapter", { adapter: { message: "text" } }],
    ['sockets: "each"', { sockets: "each" }],
    ["protocol: 0", { protocol: 0 }],
  ])) {
    it(`of a page with \`share\` is not loaded with \`${what}\``, async (t) => {
      const { page } = await openRoot(t);
      await page.evaluate(
        (more) => {
          const url = more.sockets ? () => "/ws/" : "/ws/";
          inbox.configure(/** @type {any} */ ({ user: "ana", share: true, ...more, url }));
          inbox.subscribe(1, () => {});
        },
        /** @type {any} */ (JSON.parse(JSON.stringify(more))),
      );
      await until(page, () => inbox.getState().error);
      assert.equal(
        await page.evaluate(() => inbox.getState().error),
        `Unable to load inbox-socket: \`share\` must not be set with \`${what}\``,
      );
    });
  }

  it("without layer 1 is refused by a page that needs layer 1", async (t) => {
    const { page, server } = await openRoot(t, { more: [["/adapter.wasm", ADAPTER]] });
    await page.evaluate(() => {
      inbox.configure({ wasm: "/adapter.wasm" });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error);
    assert.equal(
      await page.evaluate(() => inbox.getState().error),
      "Unable to load inbox-socket: `wasm` must be core.wasm without `adapter`; got adapter.wasm",
    );
    assert.equal(server.attempts.length, 0);
  });

  it("from an invalid response sets the same error on every try", async (t) => {
    const { page } = await openRoot(t);
    await page.evaluate(() => {
      const errors = [];
      Object.assign(globalThis, { errors });
      inbox.configure({ wasm: new Response("no wasm", { headers: { "content-type": "application/wasm" } }) });
      inbox.subscribeState(() => {
        const { error, isConnecting } = inbox.getState();
        if (!isConnecting) errors.push(error);
      });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => globalThis["errors"].length > 0);
    await page.evaluate(() => inbox.retry());
    const [first, second] = await until(page, () => globalThis["errors"].length > 1 && globalThis["errors"]);
    assert.match(first, /^Unable to load inbox-socket: .*magic/);
    assert.equal(second, first);
  });

  it("missing at its address sets the error, and retry() requests it again", async (t) => {
    const { page, server } = await openRoot(t, { more: [["/core.wasm", CORE]] });
    await page.route("**/core.wasm", (route) => route.fulfill({ status: 404 }));
    await page.evaluate(() => {
      inbox.configure({ wasm: "/core.wasm" });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => inbox.getState().error);
    await page.unroute("**/core.wasm");
    await page.evaluate(() => inbox.retry());
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
  });
});
