// Five tabs that share a connection, in the engine that the variable ENGINE names: chromium, firefox or webkit.
// WebDriver can neither crash nor freeze a page: tabs.test.mjs and hidden.test.mjs do that in Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";

import { eventually } from "../support/queue.mjs";
import { borrowBrowser } from "../support/webdriver/pool.mjs";
import { Site, leaderOf } from "./site.mjs";

/** Opens five tabs, and sends a message from each. @param {import("node:test").TestContext} t */
async function fiveTabs(t) {
  const site = await Site.start(t, { browse: borrowBrowser });
  const tabs = await site.openGroup(5);
  assert.equal(site.line.handshakes, 1);
  for (const [n, page] of tabs.pages.entries()) await site.send(page, `tab ${n}`);
  await site.checkHeard(tabs.pages);
  return tabs;
}

test("five tabs cost one handshake, and go on when the leader is closed", async (t) => {
  const { site, leader, followers } = await fiveTabs(t);
  await leader.close();
  await leaderOf(followers);
  for (const [n, page] of followers.entries()) await site.send(page, `closed ${n}`);
  await site.checkHeard(followers);
  await site.settle(1);
  assert.equal(site.line.handshakes, 2);
});

test("a leader that navigates away and back follows another tab, and misses nothing", async (t) => {
  const { site, pages, leader, followers } = await fiveTabs(t);
  await leader.goto(`${site.origin}/elsewhere/`);
  await leaderOf(followers);
  for (const [n, page] of followers.entries()) await site.send(page, `meanwhile ${n}`);
  await leader.back();
  await eventually("the page is back", () => leader.evaluate(() => location.pathname === "/api/me"));
  const isRestored = await leader.evaluate(() => window["inbox"] !== undefined);
  t.diagnostic(isRestored ? "restored from the back/forward cache" : "loaded anew");
  if (!isRestored) await site.load(leader);
  await site.send(followers[0], "back");
  await site.checkHeard(pages);
  await leaderOf(pages);
  await site.settle(1);
});

test("a leader that reloads is followed by another tab, and comes back as a follower", async (t) => {
  const { site, pages, leader, followers } = await fiveTabs(t);
  await site.load(leader);
  await leaderOf(pages);
  for (const [n, page] of pages.entries()) await site.send(page, `reloaded ${n}`);
  await site.checkHeard(followers);
  await site.checkHeard([leader]);
  await site.settle(1);
});

test("disconnect() in one tab disconnects the others", async (t) => {
  const { site, pages, followers } = await fiveTabs(t);
  await followers[0].evaluate(() => inbox.disconnect());
  await site.settle(0);
  for (const page of pages) await page.until(() => !inbox.getState().isConnected && !inbox.getState().isConnecting);
  for (const page of pages) await page.evaluate(() => inbox.retry());
  await leaderOf(pages);
  for (const [n, page] of pages.entries()) await site.send(page, `again ${n}`);
  await site.checkHeard(pages);
  await site.settle(1);
});
