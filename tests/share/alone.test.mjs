// Where tabs can't share a connection, each has its own, and everything else works as with `share`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "../support/browser.mjs";
import { bundle } from "../support/bundle.mjs";
import { openTabs } from "../support/devtools.mjs";
import { until } from "../support/page.mjs";
import { TestServer } from "../support/server.mjs";
import { Site, haveRoles, rolesOf } from "./site.mjs";

/** Asserts that each of three tabs has a WebSocket, and hears what the others send. @param {Site} site */
async function threeAlone(site, before = () => {}) {
  const pages = [];
  for (let n = 0; n < 3; n++) pages.push(await site.open({}, { before }));
  assert.deepEqual(await rolesOf(pages), ["alone", "alone", "alone"]);
  assert.equal(site.line.handshakes, 3);
  for (const [n, page] of pages.entries()) await site.send(page, `alone ${n}`);
  await site.checkHeard(pages);
  site.line.cut();
  for (const page of pages) await until(page, () => inbox.getState().reconnectAttempts > 0 || inbox.getState().error);
  for (const page of pages) await until(page, () => inbox.getState().isConnected);
  await site.send(pages[2], "reconnected");
  await site.checkHeard(pages);
  await pages[0].evaluate(() => inbox.disconnect());
  await site.settle(2);
  assert.equal(await pages[1].evaluate(() => inbox.getState().isConnected), true);
  assert.deepEqual(await rolesOf(pages), ["alone", "alone", "alone"]);
}

test("tabs without Web Locks have a connection each", async (t) => {
  const before = () => void Object.defineProperty(navigator, "locks", { value: undefined });
  await threeAlone(await Site.start(t), before);
});

test("tabs without BroadcastChannel have a connection each", async (t) => {
  const before = () => void Reflect.deleteProperty(globalThis, "BroadcastChannel");
  await threeAlone(await Site.start(t), before);
});

test("tabs whose locks are refused have a connection each", async (t) => {
  // As in a browser that blocks all cookies.
  const before = () =>
    void (LockManager.prototype.request = () => Promise.reject(new DOMException("denied", "SecurityError")));
  await threeAlone(await Site.start(t), before);
});

test("tabs of a plain http page on a host of the network have a connection each", async (t) => {
  const host = "chat.test";
  const browse = (t) => openTabs(t, `--host-resolver-rules=MAP ${host} 127.0.0.1`);
  const site = await Site.start(t, { browse, host });
  const page = await site.open();
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await page.close();
  await site.settle(0);
  site.line.handshakes = 0;
  await threeAlone(site);
});

test("sandboxed frames have a connection each, at once", async (t) => {
  const files = await bundle({ page: "npm/root/page.ts" });
  const sandbox = `<iframe sandbox="allow-scripts" src="/frame"></iframe>`;
  files.set("/", `<!doctype html><title>test</title>${sandbox}${sandbox}`);
  files.set("/frame", `<!doctype html><script type="module" src="/page.js"></script>`);
  // The origin of a sandboxed frame is unlike any other.
  const server = await TestServer.start({ files, headers: { "access-control-allow-origin": "*" } });
  t.after(() => server.stop());
  server.answersHello = false;
  const context = await (await browser()).newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(server.origin);
  for (const frame of page.frames().slice(1)) {
    await until(frame, () => globalThis["inbox"] !== undefined);
    await frame.evaluate((url) => {
      globalThis["heard"] = [];
      // A frame that waited for a leader would give up its first attempt.
      inbox.configure({ url, user: "ana", share: true, maxAttempts: 0 });
      inbox.subscribe(1, ({ message }) => globalThis["heard"].push(message));
    }, `ws://127.0.0.1:${server.port}/ws/`);
    const connection = await server.connection();
    connection.send({ action: "welcome", protocol: 1, user_id: 1, heads: {} });
    await until(frame, () => inbox.getStats()?.assured);
    assert.equal(await frame.evaluate(() => inbox.getState().role), "alone");
    connection.send({ conversation_id: 1, seq: 1, message: "hello", type: "TEXT", message_id: 1 });
    await until(frame, () => globalThis["heard"].length === 1);
  }
  assert.equal(server.connections.length, 2);
});

test("with a server of layer 0, each tab has a connection, and every message once", async (t) => {
  const site = await Site.start(t);
  const url = await conversationUrl(site);
  const pages = [];
  for (let n = 0; n < 3; n++) {
    const page = await site.open({ url }, { isWelcomed: false });
    await until(page, () => inbox.getState().isConnected);
    pages.push(page);
  }
  await site.settle(3);
  for (const [n, page] of pages.entries()) {
    site.sent.push(`plain ${n}`);
    const result = await page.evaluate((n) => inbox.sendMessage(globalThis["conversation"], `plain ${n}`), n);
    assert.equal(result.status, "sent");
    for (const each of pages)
      await until(each, (n) => globalThis["heard"].some(({ message }) => message === n), `plain ${n}`);
  }
  for (const page of pages) {
    const heard = await page.evaluate(() => globalThis["heard"].map(({ message }) => message));
    assert.deepEqual(heard, site.sent);
  }
  assert.equal(site.line.handshakes, 3);
  await haveRoles(pages, "leader", "alone", "alone");
  await pages[0].close();
  await haveRoles(pages.slice(1), "leader", "alone");
  await site.settle(2);
});

/** The address of the older design, which speaks layer 0. @param {Site} site */
async function conversationUrl(site) {
  const page = await site.browser.newPage();
  await site.signIn(page, "ana");
  const id = await page.evaluate(async () => {
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations.find(({ participants }) => participants.length === 2).id;
  });
  await page.close();
  return `/ws/chat/${id}/`;
}
