// Tabs that Chromium hides, throttles and freezes itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openTabs } from "../support/devtools.mjs";
import { eventually } from "../support/queue.mjs";
import { Site, haveRoles, leaderOf } from "./site.mjs";

// Chromium throttles pages that have been hidden for five minutes; here, for a second.
const THROTTLED = "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1";

/** Opens three tabs; the last one is in front, and the first one leads. */
async function threeTabs(t, browse = openTabs, before = () => {}) {
  const site = await Site.start(t, { browse });
  const { pages } = await site.openGroup(3, {}, { before });
  const [leader, hidden, front] = pages;
  await haveRoles(pages, "leader", "follower", "follower");
  for (const page of [leader, hidden]) assert.equal(await page.evaluate(() => document.hidden), true);
  assert.equal(await front.evaluate(() => document.hidden), false);
  return { site, pages, leader, hidden, front };
}

/** Cuts the connection, and expects that the leader opens another one. */
async function checkReconnects({ site, pages }) {
  const { handshakes } = site.line;
  site.line.cut();
  await eventually("the connection is back", () => site.line.handshakes > handshakes);
  await haveRoles(pages, "leader", "follower", "follower");
  for (const [n, page] of pages.entries()) await site.send(page, `throttled ${n}`);
  await site.checkHeard(pages);
  assert.equal(site.line.handshakes, handshakes + 1);
}

test("a hidden leader connects again at once, although Chromium throttles it", async (t) => {
  const tabs = await threeTabs(t, (t) => openTabs(t, THROTTLED));
  const { leader } = tabs;
  await leader.evaluate(() => {
    const tick = () => {
      globalThis["ticked"] = Date.now();
      setTimeout(tick, 100);
    };
    tick();
  });
  // Timers that are set by timers run once a minute; in a page that is only hidden, once a second.
  await eventually("the leader is throttled", () => leader.evaluate(() => Date.now() - globalThis["ticked"] > 3_000));
  await checkReconnects(tabs);
});

test("a hidden leader whose timers are all a minute late connects again, because the visible tab wakes it", async (t) => {
  const tabs = await threeTabs(t, openTabs, () => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = /** @type {any} */ (
      (callback, delay) => setTimeout(callback, globalThis["isLate"] ? 60_000 : delay)
    );
  });
  await tabs.leader.evaluate(() => (globalThis["isLate"] = true));
  await checkReconnects(tabs);
});

test("a leader that Chromium freezes hands over, and follows when it thaws", async (t) => {
  const { site, pages, leader, hidden, front } = await threeTabs(t);
  const others = [hidden, front];
  const frozen = [];
  // Twice, so that a tab that has been frozen leads again.
  for (const round of [1, 2]) {
    const one = await leaderOf(pages);
    // A page in front does not freeze.
    await pages.find((page) => page !== one)?.show();
    await eventually("the leader is hidden", () => one.evaluate(() => document.hidden));
    await one.freeze();
    frozen.push(one);
    const rest = pages.filter((page) => page !== one);
    await leaderOf(rest);
    for (const [n, page] of rest.entries()) await site.send(page, `frozen ${round}.${n}`);
    await site.checkHeard(rest);
    await one.thaw();
    await leaderOf(pages);
    for (const [n, page] of pages.entries()) await site.send(page, `thawed ${round}.${n}`);
    await site.checkHeard(pages);
    await site.settle(1);
  }
  assert.equal(frozen[0], leader);
  assert.ok(others.includes(frozen[1]));
});

test("a leader that loses its lock while it hangs is a second one when it wakes, and steps down", async (t) => {
  const { site, pages, leader, hidden, front } = await threeTabs(t);
  const hangs = leader.evaluate(() => {
    const end = Date.now() + 4_000;
    while (Date.now() < end);
  });
  await front.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    const [lock] = held.filter(({ name }) => name?.startsWith("inbox-socket"));
    await navigator.locks.request(String(lock?.name), { steal: true }, () => {});
  });
  const next = await leaderOf([hidden, front]);
  // The server still has the first leader's connection.
  await site.settle(2);
  await site.send(front, "two leaders 0");
  await site.send(hidden, "two leaders 1");
  await site.checkHeard([hidden, front]);
  await hangs;
  assert.equal(await leaderOf(pages), next);
  await site.settle(1);
  for (const [n, page] of pages.entries()) await site.send(page, `one leader ${n}`);
  await site.checkHeard(pages);
});
