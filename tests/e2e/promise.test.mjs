// Tests layer 1's delivery promise end to end: two real pages and the real server, while the line is cut and half-opened
// and the server is killed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Line } from "../support/line.mjs";
import { logIn } from "../support/log-in.mjs";
import { addScript, serveScript } from "../support/script.mjs";
import { borrowBrowser } from "../support/webdriver/pool.mjs";

const MESSAGES = 1_000;
const MINUTE = 60_000;

test("a thousand messages each way are stored and received once, in order, despite cuts and kills", async (t) => {
  const backend = await Backend.start(t);
  const line = new Line(backend.port);
  const origin = await line.start();
  t.after(() => line.stop());
  // The scripts bypass the line, because this test is only about the frames.
  const script = await serveScript(t);

  const pages = await Promise.all(["ana", "ben"].map((name) => openPage(t, origin, script, name)));
  const conversation = await pages[0].evaluate(async () => {
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations.find(({ participants }) => participants.length === 2).id;
  });
  await Promise.all(pages.map((page) => page.evaluate(listen, conversation)));
  await Promise.all(pages.map((page) => page.until(() => inbox.getStats()?.assured)));

  await Promise.all(pages.map((page, writer) => page.evaluate(write, { conversation, writer, count: MESSAGES })));
  const trouble = [
    () => line.cut(),
    () => line.halfOpen(),
    async () => {
      await backend.kill();
      await backend.restart();
    },
    () => line.cut(),
  ];
  for (const [n, happen] of trouble.entries()) {
    // Make trouble in mid-traffic, each time another sixth of all messages has been received.
    const reached = ((n + 1) * MESSAGES) / 3;
    await pages[0].until((count) => window["heard"].length >= count, reached, 2 * MINUTE);
    await happen();
  }

  const everything = 2 * MESSAGES;
  for (const page of pages) {
    await page.until((count) => window["heard"].length >= count, everything, 4 * MINUTE);
    const { heard, results } = await page.evaluate(async () => {
      const results = await Promise.all(window["sending"]);
      return { heard: window["heard"], results };
    });
    assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(["delivered"]));
    assert.equal(heard.length, everything);
    const first = heard[0].seq;
    assert.deepEqual(
      heard.map(({ seq }) => seq),
      heard.map((_, n) => first + n),
      "each once and in order",
    );
    for (const writer of [0, 1]) {
      const texts = heard.map(({ message }) => message).filter((text) => text.startsWith(`${writer}:`));
      assert.deepEqual(
        texts,
        Array.from({ length: MESSAGES }, (_, n) => `${writer}:${n}`),
        "in the order of sending",
      );
    }
  }
  const last = await pages[0].evaluate(() => window["heard"].at(-1).seq);
  const stored = await pages[0].evaluate(async (id) => {
    const { conversations } = await (await fetch("/api/conversations")).json();
    return conversations.find((conversation) => conversation.id === id).last_message.seq;
  }, conversation);
  assert.equal(stored, last, "the database must contain the received messages and no others");
});

/** Opens a logged-in page with the root entry as `inbox`, whose frames all pass through the line. */
async function openPage(t, origin, script, name) {
  const { page } = await borrowBrowser(t);
  // The server's 404 page has its origin and no scripts.
  await page.goto(`${origin}/promise/`);
  await page.evaluate(logIn, name);
  await page.evaluate(addScript, script);
  await page.until(() => window.inbox);
  return page;
}

function listen(conversation) {
  window["heard"] = [];
  inbox.subscribe(conversation, (message) => {
    if (message.action === undefined) window["heard"].push({ seq: message.seq, message: message.message });
  });
}

function write({ conversation, writer, count }) {
  const texts = Array.from({ length: count }, (_, n) => `${writer}:${n}`);
  window["sending"] = texts.map((text) => inbox.sendMessage(conversation, text));
}
