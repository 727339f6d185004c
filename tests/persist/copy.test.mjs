// The recipe of docs/persistence.md: a copy of a conversation that has each message once, wherever its page is killed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { block } from "../docs/blocks.mjs";
import { browser } from "../support/browser.mjs";
import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { startSite, texts } from "./site.mjs";

const COUNT = 120;
const KILLS = 4;

const source = `
import * as inbox from "inbox-socket";
${block("docs/persistence.md", "copy.ts").text}
Object.assign(globalThis, { inbox, keepCopy, readCopy });`;

test("a copy has each message once, although its browser is killed again and again", async (t) => {
  const site = await startSite(t, source);
  const writer = await (await browser()).newContext();
  t.after(() => writer.close());
  const ana = await writer.newPage();
  await site.load(ana);
  const profile = await Profile.make(t);
  const refused = [];
  const open = async () => {
    const page = await (await profile.start()).newPage();
    page.on("pageerror", (error) => refused.push(error.message));
    // A message that is written twice is an error.
    const strict = () => {
      const { put, add } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...values) {
        return (this.name === "messages" ? add : put).apply(this, values);
      };
    };
    await site.load(page, { user: "ben", before: strict, listens: false });
    await page.evaluate(() => {
      globalThis["changes"] = 0;
      globalThis["keepCopy"](globalThis["conversation"], () => globalThis["changes"]++);
    });
    return page;
  };
  const read = (page) => page.evaluate(() => globalThis["readCopy"](globalThis["conversation"]));
  const written = ({ message }) => message.startsWith("copy ");

  for (let kill = 0; kill <= KILLS; kill++) {
    const page = await open();
    const from = (kill * COUNT) / (KILLS + 1);
    await ana.evaluate(
      async ({ from, to }) => {
        for (let n = from; n < to; n++) await inbox.sendMessage(globalThis["conversation"], `copy ${n}`);
      },
      { from, to: from + COUNT / (KILLS + 1) },
    );
    if (kill < KILLS) {
      // In the middle of its writing.
      await until(page, () => globalThis["changes"] > 3);
      await profile.kill();
      continue;
    }
    const last = `copy ${COUNT - 1}`;
    await until(
      page,
      async (last) => (await globalThis["readCopy"](globalThis["conversation"])).at(-1)?.message === last,
      last,
    );
    const copy = await read(page);
    assert.deepEqual(
      copy.filter(written).map(({ message }) => message),
      texts("copy", COUNT),
    );
    const first = copy[0].seq;
    assert.deepEqual(
      copy.map(({ seq }) => seq),
      copy.map((_, n) => first + n),
      "nothing is missing",
    );
  }
  assert.deepEqual(refused, []);
});
