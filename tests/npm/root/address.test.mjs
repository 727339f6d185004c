import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

describe("the address", () => {
  /** @type {[what: string, url: (origin: string) => string, path: string][]} */
  const rows = [
    ["relative to the page", () => "/chat?room=1", "/chat?room=1"],
    ["with ws:", (origin) => `${origin.replace("http", "ws")}/chat`, "/chat"],
    ["with http: as ws:", (origin) => `${origin}/chat`, "/chat"],
    ["without its fragment", (origin) => `${origin}/chat#here`, "/chat"],
  ];
  for (const [what, url, path] of rows) {
    it(`is used ${what}`, async (t) => {
      const { page, server } = await openRoot(t);
      await page.evaluate((url) => {
        inbox.configure({ url });
        inbox.subscribe(1, () => {});
      }, url(server.origin));
      assert.equal((await server.connection()).path, path);
    });
  }

  it("may be a URL object", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      inbox.configure({ url: new URL("/chat", location.href) });
      inbox.subscribe(1, () => {});
    });
    assert.equal((await server.connection()).path, "/chat");
  });

  for (const kind of ["sync", "async"]) {
    it(`as a function (${kind}) is called before every attempt`, async (t) => {
      const { page, server } = await openRoot(t);
      await page.evaluate((kind) => {
        let asked = 0;
        const url = () => `/ws/?token=${++asked}`;
        inbox.configure({
          url: kind === "sync" ? url : async () => new URL(url(), location.href),
          reconnectDelays: [1],
        });
        inbox.subscribe(1, () => {});
      }, kind);
      for (const token of [1, 2, 3]) {
        const connection = await server.connection();
        assert.equal(connection.path, `/ws/?token=${token}`);
        connection.cut();
      }
    });

    it(`as a function (${kind}) that fails causes a failed attempt, which is reported and retried`, async (t) => {
      const { page, server, complaints } = await openRoot(t);
      await page.evaluate((kind) => {
        let asked = 0;
        const url = () => {
          if (++asked === 1) throw new Error("no token available");
          return "/ws/";
        };
        inbox.configure({ url: kind === "sync" ? url : async () => url(), reconnectDelays: [60_000] });
        inbox.subscribe(1, () => {});
      }, kind);
      await until(page, () => inbox.getState().error === "Connection error - retrying in background...");
      assert.deepEqual(complaints.splice(0), ["`url` failed: no token available"]);
      assert.deepEqual(server.attempts, []);
      await page.evaluate(() => inbox.retry());
      await server.connection();
      await until(page, () => inbox.getState().isConnected && inbox.getState().error === null);
    });
  }

  it("that cannot be fetched while the browser is offline is reported by its option, with the cause", async (t) => {
    const { page, server, complaints } = await openRoot(t);
    await page.evaluate(() => {
      const reported = [];
      Object.assign(globalThis, { reported });
      addEventListener("error", ({ error }) => reported.push(`${error.message} (${error.cause})`));
      let asked = 0;
      const url = async () => (++asked === 1 ? "/ws/" : (await fetch("/token")).text());
      inbox.configure({ url, reconnectDelays: [1, 60_000] });
      inbox.subscribe(1, () => {});
    });
    const connection = await server.connection();
    await page.context().setOffline(true);
    connection.cut();
    await until(page, () => globalThis["reported"].length > 0);
    const expected = ["`url` failed: Failed to fetch (TypeError: Failed to fetch)"];
    assert.deepEqual(await page.evaluate(() => globalThis["reported"]), expected);
    complaints.splice(0);
  });

  it("as a function that returns an invalid one causes a failed attempt, which is reported and retried", async (t) => {
    const { page, server, complaints } = await openRoot(t);
    await page.evaluate(() => {
      const answers = [5, "ws://:bad:", "ftp://example.com/", Promise.resolve({})];
      inbox.configure({ url: () => /** @type {any} */ (answers.shift() ?? "/ws/"), reconnectDelays: [1] });
      inbox.subscribe(1, () => {});
    });
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    const messages = complaints.splice(0);
    assert.equal(messages.length, 4, messages.join("\n"));
    assert.match(messages[0], /`url` must be a string .*; got 5/);
    assert.match(messages[1], /`url` must be an address .*; got "ws:\/\/:bad:"/);
    assert.match(messages[2], /ftp/);
    assert.match(messages[3], /`url` must be a string .*; got \[object Object\]/);
  });

  it("is requested again by each attempt, so a function that never resolves holds up only one attempt", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const asked = [];
      Object.assign(globalThis, { asked });
      inbox.configure({ url: () => new Promise((resolve) => asked.push(resolve)), reconnectDelays: [1] });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => globalThis["asked"].length === 1);
    await page.evaluate(() => inbox.retry());
    await until(page, () => globalThis["asked"].length === 2);
    await page.evaluate(() => globalThis["asked"][0]("/too-late"));
    await page.evaluate(() => globalThis["asked"][1]("/in-time"));
    assert.equal((await server.connection()).path, "/in-time");
    assert.deepEqual(server.attempts, ["/in-time"]);
  });

  it("as a promise that rejects after its attempt has ended causes no report", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const asked = [];
      Object.assign(globalThis, { asked });
      inbox.configure({
        url: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
        reconnectDelays: [1],
      });
      inbox.subscribe(1, () => {});
    });
    await until(page, () => globalThis["asked"].length === 1);
    await page.evaluate(() => inbox.retry());
    await until(page, () => globalThis["asked"].length === 2);
    await page.evaluate(() => globalThis["asked"][0].reject(new Error("too late to matter")));
    await page.evaluate(() => globalThis["asked"][1].resolve("/ws/"));
    await server.connection();
  });

  it("may be any thenable, such as the promise of a library", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      const url = () => ({
        // biome-ignore lint/suspicious/noThenProperty: the test is about thenables.
        then: (/** @type {(url: string) => void} */ resolve) => void setTimeout(resolve, 1, "/then"),
      });
      inbox.configure({ url: /** @type {any} */ (url) });
      inbox.subscribe(1, () => {});
    });
    assert.equal((await server.connection()).path, "/then");
  });

  it("as a promise that resolves after the last listener has left opens nothing", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(async () => {
      /** @type {(url: string) => void} */
      let answer = () => {};
      inbox.configure({ url: () => new Promise((resolve) => (answer = resolve)), linger: 0 });
      const chat = inbox.useWebSocket(1);
      Object.assign(globalThis, { chat, answer: () => answer("/late") });
    });
    await until(page, () => inbox.getStats()?.attempts === 1);
    await page.evaluate(() => globalThis["chat"].release());
    await until(page, () => !inbox.getState().isConnecting);
    await page.evaluate(() => globalThis["answer"]());
    await page.evaluate(() => void inbox.subscribe(1, () => {}));
    await until(page, () => inbox.getStats()?.attempts === 2);
    await page.evaluate(() => globalThis["answer"]());
    await until(page, () => inbox.getState().isConnected);
    assert.equal(server.attempts.length, 1);
  });
});
