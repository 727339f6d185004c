// Tabs that share a connection, in Chromium, and the real server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/page.mjs";
import { Site, leaderOf, rolesOf, takenOver } from "./site.mjs";

/** Opens five tabs, and sends a message from each. @param {import("node:test").TestContext} t */
async function fiveTabs(t) {
  const site = await Site.start(t);
  const tabs = await site.openGroup(5);
  for (const [n, page] of tabs.pages.entries()) await site.send(page, `tab ${n}`);
  await site.checkHeard(tabs.pages);
  return tabs;
}

test("five tabs cost one handshake, and each has every message once and in order", async (t) => {
  const { site, pages } = await fiveTabs(t);
  assert.deepEqual((await rolesOf(pages)).sort(), ["follower", "follower", "follower", "follower", "leader"]);
  assert.equal(site.line.handshakes, 1);
});

test("a tab receives its own history, and no other tab does", async (t) => {
  const { pages, leader, followers } = await fiveTabs(t);
  for (const page of [leader, followers[0]]) {
    await page.evaluate(() => inbox.requestMessages(globalThis["conversation"]));
    await until(page, () => globalThis["heard"].some(({ action }) => action === "messages_response"));
    const counts = await Promise.all(
      pages.map((each) =>
        each.evaluate(() => globalThis["heard"].filter(({ action }) => action === "messages_response").length),
      ),
    );
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      page === leader ? 1 : 2,
    );
  }
});

/**
 * Ends the leader, and expects that another tab takes over.
 *
 * @param {string} how @param {(leader: import("playwright-core").Page) => Promise<unknown>} end
 */
function testEnd(how, end) {
  test(`a leader that is ${how} is followed by another tab`, async (t) => {
    const { site, leader, followers } = await fiveTabs(t);
    const since = Date.now();
    await end(leader);
    const ms = await takenOver(followers, since);
    t.diagnostic(`${ms} ms until another tab was connected`);
    for (const [n, page] of followers.entries()) await site.send(page, `after ${n}`);
    await site.checkHeard(followers);
    await leaderOf(followers);
    assert.equal(site.connections, 1);
    assert.equal(site.line.handshakes, 2);
  });
}

testEnd("closed", (leader) => leader.close());
testEnd("crashed", async (leader) => void leader.goto("chrome://crash").catch(() => {}));

test("a leader that navigates away and back follows another tab, and misses nothing", async (t) => {
  const { site, pages, leader, followers } = await fiveTabs(t);
  await leader.goto(`${site.origin}/elsewhere/`);
  await leaderOf(followers);
  for (const [n, page] of followers.entries()) await site.send(page, `meanwhile ${n}`);
  // A restored page loads nothing.
  await leader.goBack({ waitUntil: "commit" });
  const isRestored = await leader.evaluate(() => globalThis["inbox"] !== undefined);
  t.diagnostic(isRestored ? "restored from the back/forward cache" : "loaded anew");
  if (!isRestored) await site.load(leader);
  await site.send(followers[0], "back");
  await site.checkHeard(isRestored ? pages : followers);
  await leaderOf(pages);
  assert.equal(site.connections, 1);
});

test("a visible tab goes alone while the leader hangs, and no message is lost or doubled", async (t) => {
  const { site, pages, leader, followers } = await fiveTabs(t);
  const since = Date.now();
  const hangs = leader.evaluate(() => {
    const end = Date.now() + 12_000;
    while (Date.now() < end);
  });
  const ms = await takenOver(followers, since);
  t.diagnostic(`${ms} ms until another tab was connected`);
  await site.send(followers[0], "alone");
  await hangs;
  await site.send(leader, "again");
  await site.checkHeard(pages);
  await leaderOf(pages);
});
