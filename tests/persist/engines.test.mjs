// A reload with messages in the queue, in the engine that the variable ENGINE names: chromium, firefox or webkit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { logIn } from "../support/log-in.mjs";
import { borrowBrowser } from "../support/webdriver/pool.mjs";
import { startSite, texts } from "./site.mjs";

test("messages of a page that is reloaded are stored once and in order", async (t) => {
  const site = await startSite(t);
  const { page } = await borrowBrowser(t);
  const load = async () => {
    await page.goto(`${site.backend.origin}/persist/`);
    await page.evaluate(logIn, "ana");
    await page.evaluate(
      (src) => void document.head.append(Object.assign(document.createElement("script"), { type: "module", src })),
      site.script,
    );
    await page.until(() => window["inbox"]);
    await page.evaluate(async () => {
      const { conversations } = await (await fetch("/api/conversations")).json();
      Object.assign(window, { conversation: conversations[0].id, heard: [] });
      // The first address leads nowhere.
      const url = () => `/ws/inbox/${window["isOnline"] ? "" : "nowhere/"}`;
      inbox.configure({ url, user: "ana", persist: "engines", reconnectDelays: [200], maxAttempts: Infinity });
      inbox.subscribe(window["conversation"], (frame) => window["heard"].push(frame));
    });
    await page.until(() => inbox.getStats() !== null);
  };
  await load();
  await page.evaluate(() => {
    for (let n = 0; n < 20; n++) void inbox.sendMessage(window["conversation"], `engine ${n}`);
  });
  await page.until(() => inbox.pending().length === 20 && inbox.pending().every(({ durable }) => durable));
  await load();
  await page.until(() => inbox.pending().length === 20);
  await page.evaluate(() => {
    window["isOnline"] = true;
    inbox.retry();
  });
  await page.until(() => window["heard"].length === 20 && inbox.pending().length === 0);
  assert.deepEqual(await site.stored("engine"), texts("engine", 20));
});
