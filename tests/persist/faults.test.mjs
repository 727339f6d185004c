// Storage that is missing, hangs, throws or is deleted: nothing holds a message back, and the page says what is not kept.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { startSite, texts, write } from "./site.mjs";

/** Each fault, as a function that runs in the page before the inbox begins. */
const FAULTS = {
  "IndexedDB is missing": () => void Object.defineProperty(globalThis, "indexedDB", { value: undefined }),
  "IndexedDB throws": () =>
    void (IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    }),
  "opening never ends": () => void (IDBFactory.prototype.open = () => /** @type {any} */ ({})),
  "opening fails": () => {
    const open = IDBFactory.prototype.open;
    // A version below the present one is an error.
    IDBFactory.prototype.open = function (name) {
      open.call(this, name, 2);
      return open.call(this, name, 1);
    };
  },
  "writing throws": () =>
    void (IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    }),
  "writing never ends": () => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value) {
      // A transaction lives as long as requests follow each other.
      const again = () => void (this.get(0).onsuccess = again);
      again();
      return put.call(this, value);
    };
  },
  "there are no locks": () => void Object.defineProperty(navigator, "locks", { value: undefined }),
};

for (const [fault, cause] of Object.entries(FAULTS)) {
  test(`messages are sent in order although ${fault}`, async (t) => {
    const site = await startSite(t);
    const profile = await Profile.make(t);
    const context = await profile.start();
    const page = await context.newPage();
    await site.load(page, { before: cause });
    await write(page, "first", 20);
    await until(page, () => globalThis["heard"].length === 20);
    await write(page, "second", 20);
    await until(page, () => globalThis["heard"].length === 40);
    await until(page, () => inbox.pending().length === 0);
    assert.deepEqual(await site.stored("first"), texts("first", 20));
    assert.deepEqual(await site.stored("second"), texts("second", 20));
    await site.backend.kill();
    await until(page, () => !inbox.getState().isConnected);
    await write(page, "third", 1);
    await until(page, () => inbox.pending().length === 1);
    if (fault !== "there are no locks") {
      assert.equal(await page.evaluate(() => inbox.pending()[0]?.durable), false, "the page must say so");
    }
  });
}

test("what the user deletes while the page is open is written again", async (t) => {
  const site = await startSite(t);
  const profile = await Profile.make(t);
  const page = await site.open(await profile.start());
  await until(page, () => inbox.getState().isConnected);
  await site.backend.kill();
  await write(page, "deleted", 20);
  await until(page, () => inbox.pending().length === 20 && inbox.pending().every(({ durable }) => durable));
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise((resolve) => (indexedDB.deleteDatabase(String(name)).onsuccess = resolve));
    }
  });
  await until(page, () => inbox.pending().length === 20 && inbox.pending().every(({ durable }) => durable));
  await profile.kill();
  await site.backend.restart();
  const again = await site.open(await profile.start());
  await until(again, () => globalThis["heard"].length === 20);
  assert.deepEqual(await site.stored("deleted"), texts("deleted", 20));
});
