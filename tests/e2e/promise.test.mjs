// The promise of layer 1 against the real thing: two real pages, the real server, and a line between them that is cut,
// half-opened, and ends in a server that is killed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Proxy } from "../bench/proxy.mjs";
import { Backend } from "../support/backend.mjs";
import { browser } from "../support/browser.mjs";
import { bundle } from "../support/bundle.mjs";

const MESSAGES = 1_000;

test("a thousand messages each way are stored once and heard once, in order, through cuts and kills", async (t) => {
  const backend = await Backend.start(t);
  const proxy = new Proxy(Number(new URL(backend.origin).port));
  const origin = await proxy.start();
  t.after(() => proxy.stop());
  const files = await bundle({ page: "hook/root/page.ts" }, { under: "/promise/" });

  const pages = await Promise.all(["ana", "ben"].map((name) => openPage(origin, files, name)));
  const conversation = await pages[0].evaluate(async () => {
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations.find(({ participants }) => participants.length === 2).id;
  });
  await Promise.all(pages.map((page) => page.evaluate(listen, conversation)));
  await Promise.all(pages.map((page) => page.waitForFunction(() => inbox.getStats()?.assured)));

  await Promise.all(pages.map((page, writer) => page.evaluate(write, { conversation, writer, count: MESSAGES })));
  const trouble = [
    () => proxy.cut(),
    () => proxy.halfOpen(),
    async () => {
      await backend.kill();
      await backend.restart();
    },
    () => proxy.cut(),
  ];
  for (const [n, happen] of trouble.entries()) {
    // In mid-traffic: when another sixth has been heard.
    const reached = ((n + 1) * MESSAGES) / 3;
    await pages[0].waitForFunction((count) => globalThis["heard"].length >= count, reached, { timeout: 120_000 });
    await happen();
    proxy.mend();
  }

  const everything = 2 * MESSAGES;
  for (const page of pages) {
    await page.waitForFunction((count) => globalThis["heard"].length >= count, everything, { timeout: 240_000 });
    const { heard, results } = await page.evaluate(async () => {
      const results = await Promise.all(globalThis["sending"]);
      return { heard: globalThis["heard"], results };
    });
    assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(["delivered"]));
    assert.equal(heard.length, everything);
    const first = heard[0].seq;
    assert.deepEqual(heard.map(({ seq }) => seq), heard.map((_, n) => first + n), "in order, none twice, none missing");
    for (const writer of [0, 1]) {
      const texts = heard.map(({ message }) => message).filter((text) => text.startsWith(`${writer}:`));
      assert.deepEqual(texts, Array.from({ length: MESSAGES }, (_, n) => `${writer}:${n}`), "as they were written");
    }
  }
  const last = await pages[0].evaluate(() => globalThis["heard"].at(-1).seq);
  const stored = await pages[0].evaluate(async (id) => {
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations.find((conversation) => conversation.id === id).last_message.seq;
  }, conversation);
  assert.equal(stored, last, "the database holds what was heard, and nothing more");
});

/** A page with the root entry as `inbox`, logged in, whose every byte goes through the proxy. */
async function openPage(origin, files, name) {
  const context = await (await browser()).newContext({ baseURL: origin });
  const login = await context.request.post("/api/login", {
    data: { username: name, password: "demo" },
    headers: { Origin: origin },
  });
  assert.equal(login.status(), 200);
  // The scripts are not what is tried here: they do not come through the line. The document does, because a browser
  // lets no page of unknown origin connect to this machine.
  await context.route("**/promise/**", (route) => {
    const body = files.get(new URL(route.request().url()).pathname);
    return route.fulfill({ body, contentType: "text/javascript" });
  });
  const page = await context.newPage();
  await page.goto("/api/me");
  await page.addScriptTag({ url: "/promise/page.js", type: "module" });
  await page.waitForFunction(() => globalThis.inbox !== undefined);
  return page;
}

function listen(conversation) {
  globalThis["heard"] = [];
  inbox.subscribe(conversation, (message) => {
    if (message.action === undefined) globalThis["heard"].push({ seq: message.seq, message: message.message });
  });
}

function write({ conversation, writer, count }) {
  const texts = Array.from({ length: count }, (_, n) => `${writer}:${n}`);
  globalThis["sending"] = texts.map((text) => inbox.sendMessage(conversation, text));
}
