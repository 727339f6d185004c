// A page with the root entry as `inbox`, on the origin of the real server.

import { Backend } from "../support/backend.mjs";
import { bundle } from "../support/bundle.mjs";
import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { TestServer } from "../support/server.mjs";

/** @param {import("node:test").TestContext} t */
export async function startSite(t) {
  const backend = await Backend.open();
  t.after(() => backend.close());
  const files = await bundle({ page: "npm/root/page.ts" });
  const scripts = await TestServer.start({ files, headers: { "access-control-allow-origin": "*" } });
  t.after(() => scripts.stop());
  return {
    backend,
    /** Opens a page of Ana's that keeps its messages. @param {import("playwright-core").BrowserContext} context */
    async open(context) {
      const page = await context.newPage();
      await this.load(page);
      return page;
    },
    /** @param {import("playwright-core").Page} page @param {() => void} [before] runs before the inbox begins */
    async load(page, before) {
      // The server's 404 page has its origin and no scripts.
      await page.goto(`${backend.origin}/persist/`);
      await page.evaluate(logIn, "ana");
      if (before) await page.evaluate(before);
      await page.evaluate((src) => {
        document.head.append(Object.assign(document.createElement("script"), { type: "module", src }));
      }, `${scripts.origin}/page.js`);
      await until(page, () => globalThis["inbox"]);
      await page.evaluate(async () => {
        const { conversations } = await (await fetch("/api/conversations")).json();
        Object.assign(globalThis, { conversation: conversations[0].id, heard: [] });
        inbox.configure({ user: "ana", persist: true, reconnectDelays: [200], maxAttempts: Infinity });
        inbox.subscribe(globalThis["conversation"], (frame) => globalThis["heard"].push(frame));
      });
      // Before the core is loaded, nothing is accepted.
      await until(page, () => inbox.getStats() !== null);
    },
    /** The texts that the server has stored and that begin with this, in order. @param {string} prefix */
    async stored(prefix) {
      const script = `
import json
from inbox.models import Message
texts = Message.objects.filter(text__startswith="${prefix}").order_by("id").values_list("text", flat=True)
print(json.dumps(list(texts)))`;
      return JSON.parse(await backend.run(script));
    },
  };
}

/** Sends `count` messages. @param {import("playwright-core").Page} page */
export async function write(page, prefix, count) {
  await page.evaluate(
    ({ prefix, count }) => {
      for (let n = 0; n < count; n++) void inbox.sendMessage(globalThis["conversation"], `${prefix} ${n}`);
    },
    { prefix, count },
  );
}

export const texts = (prefix, count) => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
