// A group of tabs belongs to one user: who signs out or changes leaves it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { eventually } from "../support/queue.mjs";
import { Site, leaderOf, rolesOf } from "./site.mjs";

/** Opens this many tabs of Ana's, one after the other. @param {import("node:test").TestContext} t */
async function openTabs(t, count, options = {}) {
  return (await Site.start(t)).openGroup(count, options);
}

/** Sends a message, whose result the page notes. */
async function queue(page, text) {
  await page.evaluate((text) => {
    void inbox.sendMessage(globalThis["conversation"], text).then((result) => globalThis["results"].push(result));
  }, text);
}

const isDisconnected = () => !inbox.getState().isConnected && !inbox.getState().isConnecting;
const state = () => {
  const { isConnected, isConnecting, error } = inbox.getState();
  return { isConnected, isConnecting, error };
};
const REST = { isConnected: false, isConnecting: false, error: null };

describe("disconnect() in one tab", () => {
  for (const role of ["leader", "follower"]) {
    it(`disconnects all tabs, if that is a ${role}`, async (t) => {
      const { site, pages, leader, followers } = await openTabs(t, 3);
      const [one] = role === "leader" ? [leader] : followers;
      await one.evaluate(() => inbox.disconnect());
      for (const page of pages) {
        await until(page, isDisconnected);
        assert.deepEqual(await page.evaluate(state), REST);
      }
      await site.settle(0);

      // A second listener connects nothing; retry() does, and only this tab.
      const [first, second, third] = pages;
      await second.evaluate(() => void inbox.subscribe(null, () => {}));
      await first.evaluate(() => inbox.retry());
      await until(first, () => inbox.getStats()?.assured && inbox.getState().isConnected);
      assert.deepEqual(await second.evaluate(state), REST);
      assert.equal(site.connections, 1);

      // A message connects, too, and so does a first listener.
      await site.send(second, "after disconnect()");
      await third.evaluate(() => {
        globalThis["leave"]();
        globalThis["leave"] = inbox.subscribe(globalThis["conversation"], (frame) => globalThis["heard"].push(frame));
      });
      await until(third, () => inbox.getState().isConnected);
      await leaderOf(pages);
      await site.send(third, "all are back");
      await site.checkHeard(pages);
      assert.equal(site.connections, 1);
    });
  }

  it("disconnects all tabs, although this one listens to nothing", async (t) => {
    const { site, pages, followers } = await openTabs(t, 3);
    const [one] = followers;
    await one.evaluate(() => globalThis["leave"]());
    await until(one, isDisconnected);
    await eventually("the tab has left", async () => (await rolesOf([one]))[0] === "alone");
    await one.evaluate(() => inbox.disconnect());
    for (const page of pages) await until(page, isDisconnected);
    await site.settle(0);
  });

  it("fails what waits in all tabs", async (t) => {
    const { site, pages } = await openTabs(t, 2);
    site.line.refuse();
    for (const page of pages) await until(page, () => !inbox.getState().isConnected);
    for (const page of pages) await queue(page, "waits");
    await pages[0]?.evaluate(() => inbox.disconnect());
    for (const page of pages) await until(page, () => globalThis["results"][0]?.status === "failed");
    await site.line.mend();
    for (const page of pages) await page.evaluate(() => inbox.retry());
    await leaderOf(pages);
    assert.deepEqual(await site.stored("waits"), []);
  });
});

describe("another user", () => {
  it("who signs in in one tab has a connection of their own, and hears nothing of the other's", async (t) => {
    const { site, pages, leader, followers } = await openTabs(t, 3);
    await site.send(leader, "Ana's");
    const [one, other] = followers;
    await one.evaluate(() => inbox.configure({ user: "ben" }));
    await until(one, () => inbox.getState().role === "leader" && inbox.getState().isConnected);
    await leaderOf(pages.filter((page) => page !== one));
    await site.settle(2);
    await site.send(other, "Ana's again");
    await site.checkHeard([leader, other]);
  });

  it("makes a follower leave the group at once, and fails what it has not sent", async (t) => {
    const { site, leader, followers } = await openTabs(t, 3);
    const [one, other] = followers;
    site.line.stall("up");
    await one.evaluate(() => {
      void inbox.sendMessage(globalThis["conversation"], "never").then((result) => globalThis["results"].push(result));
      inbox.configure({ user: "ben" });
    });
    await until(one, () => globalThis["results"][0]?.status === "failed");
    assert.match(
      await one.evaluate(() => globalThis["results"][0].reason),
      /another user signed in|may have been delivered/,
    );
    await site.line.mend();
    await until(one, () => inbox.getState().role === "leader" && inbox.getState().isConnected);
    await leaderOf([leader, other]);
    await site.settle(2);
  });

  it("makes a leader leave the group: another tab leads the first user's", async (t) => {
    const { site, leader, followers } = await openTabs(t, 3);
    await leader.evaluate(() => inbox.configure({ user: "ben" }));
    const next = await leaderOf(followers);
    await until(leader, () => inbox.getState().role === "leader" && inbox.getState().isConnected);
    await site.settle(2);
    await site.send(next, "Ana's group goes on");
    await site.checkHeard(followers);
  });

  it("may sign in in a listener of the state, when the leader is closed", async (t) => {
    // An attempt that waited for nothing would be the last one.
    const { site, leader, followers } = await openTabs(t, 3, { maxAttempts: 0 });
    const [one, other] = followers;
    await one.evaluate(() => {
      const leave = inbox.subscribeState(() => {
        if (inbox.getState().isConnected) return;
        leave();
        inbox.configure({ user: "ben" });
      });
    });
    await leader.close();
    for (const page of followers)
      await until(page, () => inbox.getState().role === "leader" && inbox.getState().isConnected);
    await site.settle(2);
    // Neither waits for the other's lock.
    const { held, pending } = await one.evaluate(() => navigator.locks.query());
    assert.deepEqual([held?.length, pending?.length], [2, 0]);
    await site.send(other, "Ana's");
  });

  it("makes two groups of two tabs each, which come together again", async (t) => {
    const { site, pages } = await openTabs(t, 4);
    const [a, b, c, d] = pages;
    for (const page of [c, d]) await page.evaluate(() => inbox.configure({ user: "ben" }));
    await leaderOf([a, b]);
    await leaderOf([c, d]);
    await site.settle(2);
    for (const page of [c, d]) await page.evaluate(() => inbox.configure({ user: "ana" }));
    await leaderOf(pages);
    await site.settle(1);
    await site.send(d, "together");
    await site.checkHeard(pages);
  });

  it("for whom the server takes the next connection is sent nothing that waits in any tab", async (t) => {
    const { site, pages } = await openTabs(t, 3);
    site.line.refuse();
    for (const page of pages) await until(page, () => !inbox.getState().isConnected);
    for (const page of pages) await queue(page, "Ana's");
    // The browser's session becomes Ben's, and these tabs are not told. Cookies belong to all ports of a host.
    const login = await site.browser.newPage();
    await login.goto(`${site.backend.origin}/share/`);
    await login.evaluate(logIn, "ben");
    await site.line.mend();
    await pages[0].evaluate(() => inbox.retry());
    for (const page of pages) await until(page, () => globalThis["results"][0]?.status === "failed");
    await leaderOf(pages);
    await site.settle(1);
    assert.deepEqual(await site.stored("Ana's"), []);
  });

  it("null leaves no connection in this tab, and none in the others", async (t) => {
    const { site, pages, followers } = await openTabs(t, 3);
    await followers[0].evaluate(() => inbox.configure({ user: null }));
    for (const page of pages) await until(page, isDisconnected);
    await site.settle(0);
    // The same tab, the next user.
    await followers[0].evaluate(logIn, "ben");
    await followers[0].evaluate(() => inbox.configure({ user: "ben" }));
    await until(followers[0], () => inbox.getState().isConnected);
    await site.settle(1);
    assert.deepEqual(await followers[1].evaluate(state), REST);
  });
});
