// A leader that has no valid address asks the visible tabs for one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openTabs } from "../support/devtools.mjs";
import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { eventually } from "../support/queue.mjs";
import { Site, leaderOf } from "./site.mjs";

/** Gives a tab a function for its addresses, each of which names the tab. `url()` fails if the test says so. */
function ownAddress() {
  Object.assign(globalThis, { address: Math.random().toString(36).slice(2), asked: 0 });
  globalThis["more"] = {
    reconnectDelays: [100],
    async url() {
      globalThis["asked"]++;
      if (globalThis["fails"]) throw new Error("no token");
      if (globalThis["logIn"]) await globalThis["logIn"]("ana");
      return `/ws/inbox/?tab=${globalThis["address"]}`;
    },
  };
}

/** Opens three tabs, of which the last one is in front. */
async function threeTabs(t, browse) {
  const site = await Site.start(t, { browse });
  const tabs = await site.openGroup(3, {}, { before: ownAddress });
  return { ...tabs, front: tabs.pages[2] };
}

const askedOf = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis["asked"])));
const isHidden = () => document.hidden;

/** The name of the tab whose address the latest connection has. @param {Site} site */
const usedBy = (site) => site.line.webSockets.at(-1)?.path.split("tab=")[1];

test("a leader whose url() fails connects at the address of another tab", async (t) => {
  const { site, pages, leader } = await threeTabs(t);
  await leader.evaluate(() => (globalThis["fails"] = true));
  const { handshakes } = site.line;
  site.line.cut();
  await eventually("the connection is back", () => site.line.handshakes > handshakes);
  assert.equal(await leaderOf(pages), leader);
  assert.notEqual(usedBy(site), await leader.evaluate(() => globalThis["address"]));
  for (const page of pages) await until(page, () => inbox.getState().isConnected);
  for (const page of pages) await site.send(page, "after url() failed");
  await site.checkHeard(pages);
  assert.equal(site.line.handshakes, handshakes + 1);
});

test("a hidden leader whose session has ended connects at the address of the visible tab", async (t) => {
  const { site, pages, leader, front } = await threeTabs(t, openTabs);
  assert.notEqual(leader, front);
  assert.equal(await leader.evaluate(isHidden), true);
  assert.equal(await front.evaluate(isHidden), false);
  // Only the visible tab can sign in again.
  await front.evaluate(`() => { globalThis["logIn"] = ${logIn}; }`);
  const before = await askedOf(pages);
  const { handshakes } = site.line;
  // The server closes all connections of the session with 4401.
  await signOut(leader);
  await eventually("the connection is back", () => site.line.handshakes > handshakes);
  assert.equal(await leaderOf(pages), leader);
  assert.equal(usedBy(site), await front.evaluate(() => globalThis["address"]));
  const after = await askedOf(pages);
  assert.deepEqual(
    after.map((count, n) => count - before[n]),
    pages.map((page) => (page === front ? 1 : 0)),
  );
  for (const page of pages) await site.send(page, "after 4401");
  await site.checkHeard(pages);
  assert.equal(site.line.handshakes, handshakes + 1);
});

const texts = (pages) => Promise.all(pages.map((page) => page.evaluate(() => inbox.getState().error)));

/** Waits until all tabs show this text. */
async function show(pages, text) {
  for (const page of pages) {
    await until(page, (text) => inbox.getState().error === text && !inbox.getState().isConnecting, text).catch(
      async () => assert.deepEqual(await texts(pages), [text, text, text]),
    );
  }
}

test("if url() fails in every tab, every tab shows it, and they connect when it succeeds again", async (t) => {
  const site = await Site.start(t);
  const { pages } = await site.openGroup(3, { maxAttempts: 1 }, { before: ownAddress });
  for (const page of pages) await page.evaluate(() => (globalThis["fails"] = true));
  site.line.cut();
  await show(pages, "Unable to connect. Please check your connection and refresh.");
  await site.settle(0);
  assert.match([...new Set(site.errors.splice(0))].join(), /^`url` failed: no token$/);
  for (const page of pages) await page.evaluate(() => (globalThis["fails"] = false));
  for (const page of pages) await page.evaluate(() => inbox.retry());
  await leaderOf(pages);
  await site.settle(1);
  for (const page of pages) await site.send(page, "after all failed");
  await site.checkHeard(pages);
});

test("if the session has ended for every tab, every tab shows it", async (t) => {
  const { site, pages, leader } = await threeTabs(t, openTabs);
  const { length } = site.line.webSockets;
  await signOut(leader);
  await show(pages, "Your session has expired. Please sign in again.");
  await site.settle(0);
  t.diagnostic(`${site.line.webSockets.length - length} attempts of three tabs`);
  await pages[0].evaluate(logIn, "ana");
  for (const page of pages) await page.evaluate(() => inbox.retry());
  await leaderOf(pages);
  await site.settle(1);
  for (const page of pages) await site.send(page, "signed in again");
  await site.checkHeard(pages);
});

async function signOut(page) {
  await page.evaluate(() =>
    fetch("/api/logout", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }),
  );
}
