// Twenty tabs that open and close at once, as when a browser restores its session.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "../support/page.mjs";
import { Site, leaderOf } from "./site.mjs";

const COUNT = 20;

test("twenty tabs that open at once cost one handshake, and close without an error", async (t) => {
  const site = await Site.start(t);
  const pages = await Promise.all(Array.from({ length: COUNT }, () => site.browser.newPage()));
  await site.signIn(pages[0], "ana");
  await Promise.all(pages.map((page) => site.load(page)));
  await leaderOf(pages);
  t.diagnostic(`${site.line.handshakes} handshakes`);
  assert.equal(site.line.handshakes, 1);
  for (const [n, page] of pages.entries()) await site.send(page, `many ${n}`);
  await site.checkHeard(pages);

  // All at once: the order between tabs is the server's.
  await Promise.all(
    pages.map((page, n) =>
      page.evaluate(async (n) => {
        const send = (i) => inbox.sendMessage(globalThis["conversation"], `at once ${n}.${i}`);
        const results = await Promise.all([0, 1, 2, 3, 4].map(send));
        if (results.some(({ status }) => status !== "delivered")) throw new Error(JSON.stringify(results));
      }, n),
    ),
  );
  const stored = await site.stored("at once");
  assert.equal(stored.length, 5 * COUNT);
  for (let n = 0; n < COUNT; n++) {
    const own = stored.filter((text) => text.startsWith(`at once ${n}.`));
    assert.deepEqual(
      own,
      [0, 1, 2, 3, 4].map((i) => `at once ${n}.${i}`),
    );
  }
  site.sent.push(...stored);
  await site.checkHeard(pages);
  assert.equal(site.connections, 1);

  await Promise.all(pages.map((page) => page.close()));
  await site.settle(0);
  t.diagnostic(`${site.line.webSockets.length} attempts in all`);
});

test("twenty tabs whose connection is cut come back with one", async (t) => {
  const site = await Site.start(t);
  const pages = await Promise.all(Array.from({ length: COUNT }, () => site.browser.newPage()));
  await site.signIn(pages[0], "ana");
  await Promise.all(pages.map((page) => site.load(page)));
  await leaderOf(pages);
  const { handshakes } = site.line;
  site.line.cut();
  await until(pages[0], () => !inbox.getState().isConnected);
  for (const page of pages) await until(page, () => inbox.getState().isConnected);
  assert.equal(site.line.handshakes, handshakes + 1);
  for (const page of pages.slice(0, 3)) await site.send(page, `back ${pages.indexOf(page)}`);
  await site.checkHeard(pages);
});
