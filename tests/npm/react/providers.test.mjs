import assert from "node:assert/strict";
import { it } from "node:test";

import { withEachReact } from "../../support/hook.mjs";
import { until } from "../../support/page.mjs";
import { TestServer } from "../../support/server.mjs";

/** Starts a second backend. @param {import("node:test").TestContext} t */
async function startOther(t) {
  const other = await TestServer.start();
  t.after(() => other.stop());
  return other;
}

/** Makes the inbox of the second backend, `globalThis.other`. @param {import("../../support/page.mjs").Page} page */
async function createOther(page, origin) {
  await page.evaluate((url) => Object.assign(globalThis, { other: inbox.createInbox({ url }) }), `${origin}/other/`);
}

withEachReact("a page of two backends", (open) => {
  it("keeps the frames and the messages of each inbox apart", async (t) => {
    const { page, server } = await open(t);
    const otherServer = await startOther(t);
    await createOther(page, otherServer.origin);
    await page.evaluate(() => {
      show({
        mine: { id: 1, reads: ["isConnected", "lastMessage"] },
        theirs: { id: 1, reads: ["isConnected", "lastMessage"], inbox: globalThis["other"] },
      });
    });
    const [mine, theirs] = [await server.connection(), await otherServer.connection()];
    assert.equal(theirs.path, "/other/");
    await until(page, () => probe("mine").shown.isConnected && probe("theirs").shown.isConnected);
    mine.send({ conversation_id: 1, message: "for mine" });
    theirs.send({ conversation_id: 1, message: "for theirs" });
    await until(page, () => probe("mine").heard.length > 0 && probe("theirs").heard.length > 0);
    await page.evaluate(() => {
      for (const name of ["mine", "theirs"]) {
        void probe(name).chat.sendMessage(1, `from ${name}`);
        void probe(name).chat.requestMessages(1);
      }
    });

    for (const [name, connection] of Object.entries({ mine, theirs })) {
      assert.equal((await connection.next()).message, `from ${name}`);
      assert.equal((await connection.next()).action, "get_messages");
      const log = await page.evaluate((name) => {
        const { heard, shown } = probe(name);
        return { heard: heard.map(({ message }) => message), last: shown.lastMessage?.message };
      }, name);
      assert.deepEqual(log, { heard: [`for ${name}`], last: `for ${name}` });
    }
    assert.deepEqual([server.attempts.length, otherServer.attempts.length], [1, 1]);
  });

  it("shows each component the state of its inbox, and retries that one", async (t) => {
    const { page, server } = await open(t);
    const otherServer = await startOther(t);
    await page.evaluate((url) => {
      const delays = { reconnectDelays: [60_000] };
      inbox.configure(delays);
      Object.assign(globalThis, { other: inbox.createInbox({ url, ...delays }) });
      const reads = /** @type {const} */ (["isConnected", "error"]);
      show({ mine: { id: 1, reads: [...reads] }, theirs: { id: 1, reads: [...reads], inbox: globalThis["other"] } });
    }, otherServer.origin);
    const [, theirs] = [await server.connection(), await otherServer.connection()];
    await until(page, () => probe("mine").shown.isConnected && probe("theirs").shown.isConnected);
    theirs.cut();
    await until(page, () => probe("theirs").shown.error);
    assert.deepEqual(await page.evaluate(() => probe("mine").shown), { isConnected: true, error: null });
    await page.evaluate(() => probe("mine").chat.retry());
    await page.evaluate(() => probe("theirs").chat.retry());
    await otherServer.connection();
    await until(page, () => probe("theirs").shown.isConnected);

    assert.deepEqual([server.attempts.length, otherServer.attempts.length], [1, 2]);
  });

  for (const strict of [false, true]) {
    it(`subscribes to the new inbox when the provider's changes${strict ? ", under StrictMode" : ""}`, async (t) => {
      const { page, server } = await open(t);
      const otherServer = await startOther(t);
      await createOther(page, otherServer.origin);
      await page.evaluate((strict) => {
        Object.assign(globalThis, { first: inbox.createInbox() });
        show({ a: { id: 1, reads: ["isConnected", "lastMessage"], inbox: globalThis["first"] } }, { strict });
      }, strict);
      const first = await server.connection();
      first.send({ conversation_id: 1, message: "one" });
      await until(page, () => probe("a").shown.lastMessage?.message === "one");

      await page.evaluate((strict) => {
        show({ a: { id: 1, reads: ["isConnected", "lastMessage"], inbox: globalThis["other"] } }, { strict });
      }, strict);
      assert.equal(await page.evaluate(() => probe("a").shown.lastMessage), null);
      const second = await otherServer.connection();
      assert.equal((await first.closed).code, 1000);
      second.send({ conversation_id: 1, message: "two" });
      await until(page, () => probe("a").shown.lastMessage?.message === "two" && probe("a").shown.isConnected);
      await page.evaluate(() => void probe("a").chat.sendMessage(1, "three"));
      assert.equal((await second.next()).message, "three");
      assert.deepEqual(await page.evaluate(() => probe("a").heard.map(({ message }) => message)), ["one", "two"]);
    });
  }

  it("still receives messages of the provider's inbox while Suspense hides the component", async (t) => {
    const { page, server } = await open(t);
    const otherServer = await startOther(t);
    await createOther(page, otherServer.origin);
    await page.evaluate(() => show({ a: { id: 1, inbox: globalThis["other"] } }, { suspense: true }));
    const connection = await otherServer.connection();
    await page.evaluate(() => show({ a: { id: 1, inbox: globalThis["other"] } }, { suspense: true, suspended: true }));
    connection.send({ conversation_id: 1, message: "hidden" });
    await until(page, () => probe("a").heard.length === 1);
    assert.deepEqual(server.attempts, []);
  });

  it("reports a provider without an inbox", async (t) => {
    const { page, complaints } = await open(t);
    const thrown = await page.evaluate(() => {
      try {
        show({ a: { id: 1, inbox: /** @type {any} */ ({}) } });
      } catch (error) {
        return String(error);
      }
    });
    // React 18 throws the error, and React 19 reports it.
    const reported = [thrown, ...complaints.splice(0)].join("\n");
    assert.match(reported, /`inbox` must be an inbox of createInbox\(\); got \[object Object\]/);
  });
});

withEachReact('with sockets: "each"', (open) => {
  it("a component shows the state of its own conversation, and no other's", async (t) => {
    const { page, server } = await open(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      inbox.configure({
        sockets: "each",
        url: ({ conversationId }) => `/ws/${conversationId}/`,
        reconnectDelays: [60_000],
      });
      const reads = /** @type {(keyof import("inbox-socket").Chat)[]} */ (["isConnected", "error"]);
      show({ one: { id: 1, reads }, two: { id: 2, reads } });
    });
    const connections = [await server.connection(), await server.connection()];
    await until(page, () => probe("one").shown.isConnected && probe("two").shown.isConnected);
    const renders = await page.evaluate(() => probe("two").renders);
    connections.find(({ path }) => path === "/ws/1/")?.cut();
    await until(page, () => probe("one").shown.error);
    assert.deepEqual(await page.evaluate(() => [probe("one").shown.isConnected, probe("two").shown.isConnected]), [
      false,
      true,
    ]);
    assert.equal(await page.evaluate(() => probe("two").renders), renders);
  });
});
