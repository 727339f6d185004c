import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../../support/page.mjs";
import { openRoot } from "../../support/root.mjs";

const IDLE = { isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 };
const EXPIRED = "Your session has expired. Please sign in again.";
const FORBIDDEN = "This connection is not allowed. Please contact support.";

/** @param {import("node:test").TestContext} t @param {import("inbox-socket").Options} [options] */
async function connected(t, options = {}) {
  const opened = await openRoot(t);
  await opened.page.evaluate((options) => {
    let asked = 0;
    inbox.configure({ url: () => `/ws/?token=${++asked}`, reconnectDelays: [0], jitter: 0, ...options });
    inbox.subscribe(1, () => {});
  }, options);
  const connection = await opened.server.connection();
  await until(opened.page, () => inbox.getState().isConnected);
  return { ...opened, connection };
}

/**
 * Waits until the page has run the timers that are due, such as the delay of 0 ms before an attempt.
 *
 * @param {import("playwright-core").Page} page
 */
const afterTimers = (page) =>
  page.evaluate(() => new Promise((resolve) => setTimeout(() => setTimeout(resolve, 20), 20)));

/** @param {import("playwright-core").Page} page */
const attempts = async (page) => {
  await afterTimers(page);
  return page.evaluate(() => inbox.getStats()?.attempts);
};

describe("a connection that the server closes", () => {
  it("with 1000 stays closed, without an error, until retry()", async (t) => {
    const { page, server, connection } = await connected(t);
    connection.close(1000);
    await until(page, () => !inbox.getState().isConnected);
    assert.equal(await attempts(page), 1);
    assert.deepEqual(await page.evaluate(() => inbox.getState()), IDLE);

    await page.evaluate(() => inbox.retry());
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
  });

  it("with 1000 opens again for a message", async (t) => {
    const { page, server, connection } = await connected(t);
    connection.close(1000);
    await until(page, () => !inbox.getState().isConnected);
    await page.evaluate(() => void inbox.sendMessage(1, "hi"));
    assert.equal((await (await server.connection()).next()).message, "hi");
  });

  it("with 4401 requests the address once more, and after a second 4401 shows an expired session", async (t) => {
    const { page, server, connection } = await connected(t);
    connection.close(4401);
    const second = await server.connection();
    assert.equal(second.path, "/ws/?token=2");
    assert.equal(await page.evaluate(() => inbox.getState().error), null);
    await until(page, () => inbox.getState().isConnected);
    second.close(4401);
    await until(page, () => inbox.getState().error);
    assert.deepEqual(await page.evaluate(() => inbox.getState()), { ...IDLE, error: EXPIRED });
    assert.equal(await attempts(page), 2);

    await page.evaluate(() => inbox.retry());
    assert.equal((await server.connection()).path, "/ws/?token=3");
    await until(page, () => inbox.getState().isConnected && inbox.getState().error === null);
  });

  it("with 4403 stays closed when a message is sent, which is queued until retry()", async (t) => {
    const { page, server, connection } = await connected(t);
    connection.close(4403);
    await until(page, () => inbox.getState().error);
    await page.evaluate(() => void inbox.sendMessage(1, "hi"));
    assert.equal(await attempts(page), 1);
    assert.equal(await page.evaluate(() => inbox.getStats()?.queued), 1);
    await page.evaluate(() => inbox.retry());
    assert.equal((await (await server.connection()).next()).message, "hi");
  });

  it("with 4403 stays closed and shows that it is not allowed", async (t) => {
    const { page, connection } = await connected(t);
    connection.close(4403);
    await until(page, () => inbox.getState().error);
    assert.deepEqual(await page.evaluate(() => inbox.getState()), { ...IDLE, error: FORBIDDEN });
    assert.equal(await attempts(page), 1);
  });

  for (const code of [1001, 1012, 1013]) {
    it(`with ${code} reconnects within the retry_after of its reason, and not after reconnectDelays`, async (t) => {
      const { page, server, connection } = await connected(t, { reconnectDelays: [60_000] });
      connection.close(code, "restarting; retry_after=1");
      await server.connection();
      await until(page, () => inbox.getState().isConnected);
    });
  }

  /** @type {[reason: string, most: number][]} */
  const spreads = [
    ["restarting; retry_after=8000", 8_000],
    ["retry_after=8000; bye", 8_000],
    ["retry_after=99999999", 60_000],
    ["retry_after=99999999999999999999999", 60_000],
    ["", 20_000],
    ["bye", 20_000],
    ["retry_after=", 20_000],
    ["retry_after=soon", 20_000],
  ];
  for (const [reason, most] of spreads) {
    it(`with 1012 and the reason "${reason}" reconnects within ${most} ms`, async (t) => {
      const { page, connection } = await connected(t);
      // Read during the change of state, because the delay may be 0 ms.
      await page.evaluate(() => {
        const { core } = /** @type {any} */ (globalThis)[Symbol.for("inbox-socket.0")];
        inbox.subscribeState(() => void (globalThis["wait"] ??= core.inspect()));
      });
      connection.close(1012, reason);
      await until(page, () => globalThis["wait"] !== undefined);
      const wait = await page.evaluate(() => globalThis["wait"]);
      assert.ok(wait >= 0 && wait <= most, `${wait} ms`);
    });
  }

  it("with any other code counts as lost, and reconnects", async (t) => {
    const { page, server, connection } = await connected(t);
    await page.evaluate(() => {
      const errors = new Set();
      Object.assign(globalThis, { errors });
      inbox.subscribeState(() => errors.add(inbox.getState().error));
    });
    connection.close(1011);
    await server.connection();
    await until(page, () => inbox.getState().isConnected);
    assert.deepEqual(await page.evaluate(() => [...globalThis["errors"]]), [
      "Connection lost - reconnecting in background...",
      null,
    ]);
  });
});

describe("disconnect()", () => {
  it("closes with 1000 and stays closed despite listeners, until retry()", async (t) => {
    const { page, server, connection } = await connected(t);
    await page.evaluate(() => inbox.disconnect());
    assert.equal((await connection.closed).code, 1000);
    assert.deepEqual(await page.evaluate(() => inbox.getState()), IDLE);
    assert.equal(await attempts(page), 1);
    await page.evaluate(() => inbox.retry());
    await server.connection();
  });
});

describe("the delay before a reconnection", () => {
  /** @param {import("node:test").TestContext} t */
  async function waiting(t) {
    const { page, server, connection } = await connected(t, { reconnectDelays: [60_000] });
    connection.cut();
    await until(page, () => inbox.getState().error);
    return { page, server };
  }

  it("ends early when the network comes back", async (t) => {
    const { page, server } = await waiting(t);
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await server.connection();
  });

  it("ends early when the page becomes visible", async (t) => {
    const { page, server } = await waiting(t);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await server.connection();
  });

  it("does not end early when the page is hidden", async (t) => {
    const { page } = await waiting(t);
    await page.evaluate(() => {
      Object.defineProperties(document, { hidden: { value: true }, visibilityState: { value: "hidden" } });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    assert.equal(await attempts(page), 1);
  });

  it("ends early for a first listener, and not for another one", async (t) => {
    const { page, server } = await openRoot(t);
    await page.evaluate(() => {
      inbox.configure({ reconnectDelays: [60_000], linger: 60_000 });
      Object.assign(globalThis, { chat: inbox.useWebSocket(1) });
    });
    (await server.connection()).cut();
    await until(page, () => inbox.getState().error);
    await page.evaluate(() => void (globalThis["second"] = inbox.useWebSocket(2)));
    assert.equal(await attempts(page), 1);
    await page.evaluate(() => {
      globalThis["chat"].release();
      globalThis["second"].release();
      inbox.subscribe(1, () => {});
    });
    await server.connection();
  });
});

describe("a page that leaves", () => {
  it("for the back/forward cache closes its connection, and reopens it when the user returns", async (t) => {
    const { page, server, connection } = await connected(t);
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    assert.equal((await connection.closed).code, 1000);
    assert.equal(await attempts(page), 1);
    await page.evaluate(() => void inbox.sendMessage(1, "written while away"));
    assert.equal(await attempts(page), 1);
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    const next = await server.connection();
    assert.equal((await next.next()).message, "written while away");
    await until(page, () => inbox.getState().isConnected);
  });

  it("for good closes its connection with 1000", async (t) => {
    const { page, connection } = await connected(t);
    await page.goto("about:blank");
    const { code } = await connection.closed;
    assert.equal(code, 1000);
  });
});
