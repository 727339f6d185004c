// Browsers and pages that die with messages in the queue, and the real server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { startSite, texts, write } from "./site.mjs";

const COUNT = 100;

/** Runs in a page before its inbox begins: no server listens at its address, until the test sets `isOnline`. */
function offline() {
  const { WebSocket } = globalThis;
  globalThis.WebSocket = /** @type {any} */ (
    class extends WebSocket {
      constructor(url) {
        super(globalThis["isOnline"] ? url : "ws://127.0.0.1:9/");
      }
    }
  );
}

test("a hundred messages of a browser that is killed are stored once and in order after its start", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const page = await site.open(await profile.start());
  await until(page, () => inbox.getState().isConnected);
  await site.backend.kill();
  await write(page, "killed", COUNT);
  await until(page, (count) => inbox.pending().filter(({ durable }) => durable).length === count, COUNT);
  await profile.kill();

  await site.backend.restart();
  const again = await site.open(await profile.start());
  await until(again, (count) => globalThis["heard"].length === count, COUNT);
  await until(again, () => inbox.pending().length === 0);
  assert.deepEqual(await site.stored("killed"), texts("killed", COUNT));
});

test("a browser that is killed while it sends loses and doubles nothing", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const page = await site.open(await profile.start());
  await until(page, () => inbox.getStats()?.assured);
  await write(page, "midway", COUNT);
  await until(
    page,
    (count) => inbox.pending().every(({ durable }) => durable) && globalThis["heard"].length > count,
    5,
  );
  const kept = await page.evaluate(() => inbox.pending().length);
  await profile.kill();
  t.diagnostic(`${kept} of ${COUNT} were still waiting`);

  const again = await site.open(await profile.start());
  // Before the page has read its storage, nothing is pending either.
  await again.evaluate(() => inbox.sendMessage(globalThis["conversation"], "last"));
  await until(again, () => inbox.pending().length === 0);
  assert.deepEqual(await site.stored("midway"), texts("midway", COUNT));
});

test("another page sends what a crashed page has left", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const context = await profile.start();
  const [page, other] = [await site.open(context), await site.open(context)];
  await until(page, () => inbox.getState().isConnected);
  await until(other, () => inbox.getState().isConnected);
  await site.backend.kill();
  await write(page, "crashed", 10);
  await until(page, () => inbox.pending().length === 10 && inbox.pending().every(({ durable }) => durable));
  assert.equal(await other.evaluate(() => inbox.pending().length), 0, "a living page keeps its messages");
  await page.goto("chrome://crash").catch(() => {});
  await site.backend.restart();
  await other.evaluate(() => dispatchEvent(new Event("focus")));
  await until(other, () => globalThis["heard"].length === 10);
  await until(other, () => inbox.pending().length === 0);
  assert.deepEqual(await site.stored("crashed"), texts("crashed", 10));
});

test("each reload with a full queue keeps it, and its order", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const page = await site.open(await profile.start());
  await until(page, () => inbox.getState().isConnected);
  for (let round = 0; round < 5; round++) {
    await write(page, `reload ${round}`, 20);
    // Some are sent, some wait, and the last ones may be acknowledged or not.
    await until(page, () => inbox.pending().every(({ durable }) => durable));
    await site.load(page);
  }
  await page.evaluate(() => inbox.sendMessage(globalThis["conversation"], "last"));
  await until(page, () => inbox.pending().length === 0);
  const expected = Array.from({ length: 5 }, (_, round) => texts(`reload ${round}`, 20)).flat();
  assert.deepEqual(await site.stored("reload"), expected);
});

test("a page that reads what was left before the server names the user sends it then", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const page = await site.open(await profile.start());
  await until(page, () => inbox.getStats()?.assured);
  await site.backend.kill();
  await write(page, "read early", 20);
  await until(page, () => inbox.pending().length === 20 && inbox.pending().every(({ durable }) => durable));
  await page.goto("about:blank");
  await site.backend.restart();
  await site.load(page, { before: offline });
  await until(page, () => inbox.pending().length === 20);
  await page.evaluate(() => {
    globalThis["isOnline"] = true;
    inbox.retry();
  });
  await until(page, () => globalThis["heard"].length === 20 && inbox.pending().length === 0);
  assert.equal(await page.evaluate(() => inbox.getStats()?.listeners), 1);
  assert.deepEqual(await site.stored("read early"), texts("read early", 20));
});

test("the next page sends what a page in the back/forward cache has left, and that page does not send it again", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const context = await profile.start();
  const page = await context.newPage();
  await site.load(page, { before: offline });
  await write(page, "cached", 20);
  await until(page, () => inbox.pending().length === 20 && inbox.pending().every(({ durable }) => durable));
  await site.load(page);
  await until(page, () => globalThis["heard"].length === 20);
  await page.goBack();
  const isRestored = await page.evaluate(() => globalThis["inbox"] !== undefined);
  t.diagnostic(isRestored ? "the first page came back" : "the first page had ended");
  if (isRestored) {
    await page.evaluate(() => {
      globalThis["isOnline"] = true;
      inbox.retry();
    });
    await until(page, () => inbox.pending().length === 0);
  }
  assert.deepEqual(await site.stored("cached"), texts("cached", 20));
});
