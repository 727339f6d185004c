// Tabs that share a connection and keep their messages: they die with messages in the queue.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { eventually } from "../support/queue.mjs";
import { Site, leaderOf } from "./site.mjs";

const COUNT = 10;
const OPTIONS = { persist: true, reconnectDelays: [200], maxAttempts: Infinity };

const texts = (prefix) => Array.from({ length: COUNT }, (_, n) => `${prefix} ${n}`);
const pendingOf = (pages) => Promise.all(pages.map((page) => page.evaluate(() => inbox.pending().length)));

/** Opens three tabs, kills the server, and queues messages in each tab, in turns. @param {import("node:test").TestContext} t */
async function offlineTabs(t) {
  const profile = await Profile.make(t);
  const site = await Site.start(t, { browse: () => profile.start() });
  const { pages, leader } = await site.openGroup(3, OPTIONS);
  await site.backend.kill();
  for (const page of pages) await until(page, () => !inbox.getState().isConnected);
  for (let i = 0; i < COUNT; i++) {
    for (const [n, page] of pages.entries()) {
      await page.evaluate((text) => void inbox.sendMessage(globalThis["conversation"], text), `tab ${n} ${i}`);
    }
  }
  for (const page of pages) {
    const areKept = (count) => inbox.pending().filter(({ durable }) => durable).length === count;
    await until(page, areKept, COUNT);
  }
  return { profile, site, pages, leader };
}

/** Asserts that the server has each tab's messages once and in order. @param {Site} site */
async function checkStored(site) {
  const stored = await site.stored("tab ");
  assert.equal(stored.length, 3 * COUNT);
  for (let n = 0; n < 3; n++) {
    assert.deepEqual(
      stored.filter((text) => text.startsWith(`tab ${n} `)),
      texts(`tab ${n}`),
    );
  }
  return stored;
}

/** Asserts that each tab has heard each message once, in the order of the server. */
async function checkHeard(pages, stored) {
  for (const page of pages) {
    await until(page, (count) => globalThis["heard"].length >= count, stored.length);
    assert.deepEqual(await page.evaluate(() => globalThis["heard"].map(({ message }) => message)), stored);
  }
}

for (const role of ["follower", "leader"]) {
  test(`exactly one tab adopts what a crashed ${role} has left, and the server stores everything once`, async (t) => {
    const { site, pages, leader } = await offlineTabs(t);
    const crashed = role === "leader" ? leader : pages.find((page) => page !== leader);
    const others = pages.filter((page) => page !== crashed);
    await crashed.goto("chrome://crash").catch(() => {});
    // All search at the same time.
    await Promise.all(others.map((page) => page.evaluate(() => void dispatchEvent(new Event("focus")))));
    await eventually("one tab adopts", async () => (await pendingOf(others)).includes(2 * COUNT));
    assert.deepEqual((await pendingOf(others)).sort(), [COUNT, 2 * COUNT]);
    await site.backend.restart();
    for (const page of others) await until(page, () => inbox.pending().length === 0);
    await checkHeard(others, await checkStored(site));
    await leaderOf(others);
    await site.settle(1);
  });
}

test("after the browser is killed, its next tabs send what all tabs have left", async (t) => {
  const { profile, site } = await offlineTabs(t);
  await profile.kill();
  Object.assign(site, { browser: await profile.start(), signedIn: "" });
  await site.backend.restart();
  const again = [await site.browser.newPage(), await site.browser.newPage()];
  await Promise.all(again.map((page) => site.load(page, OPTIONS)));
  await leaderOf(again);
  // Before a page has read its storage, nothing is pending either.
  for (const page of again) await page.evaluate(() => inbox.sendMessage(globalThis["conversation"], "last"));
  for (const page of again) await until(page, () => inbox.pending().length === 0);
  await checkStored(site);
  await site.settle(1);
});

test("disconnect() in one tab fails what waits in all tabs, and none of it is sent later", async (t) => {
  const { site, pages } = await offlineTabs(t);
  await pages[0].evaluate(() => inbox.disconnect());
  for (const page of pages) await until(page, () => inbox.pending().length === 0);
  await site.backend.restart();
  for (const page of pages) await page.evaluate(() => inbox.retry());
  await leaderOf(pages);
  for (const [n, page] of pages.entries()) await site.send(page, `afterwards ${n}`);
  await site.checkHeard(pages);
  assert.deepEqual(await site.stored("tab "), []);
});
