// A page with the root entry as `inbox`, on the origin of the real server.

import { Backend } from "../support/backend.mjs";
import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { addScript, serveScript } from "../support/script.mjs";

/** @param {import("node:test").TestContext} t @param {string} [source] another script */
export async function startSite(t, source) {
  const backend = await Backend.open();
  t.after(() => backend.close());
  const script = await serveScript(t, source);
  return {
    backend,
    /** The address of the page's script. */
    script,
    /** Opens a page of Ana's that keeps its messages. @param {import("playwright-core").BrowserContext} context */
    async open(context) {
      const page = await context.newPage();
      await this.load(page);
      return page;
    },
    /**
     * @param {import("playwright-core").Page} page
     * @param {{user?: string, before?: () => void, listens?: boolean}} [how] `before` runs before the inbox begins
     */
    async load(page, { user = "ana", before, listens = true } = {}) {
      // The server's 404 page has its origin and no scripts.
      await page.goto(`${backend.origin}/persist/`);
      await page.evaluate(logIn, user);
      if (before) await page.evaluate(before);
      await page.evaluate(addScript, script);
      await until(page, () => globalThis["inbox"]);
      await page.evaluate(
        async ({ user, listens }) => {
          const { conversations } = await (await fetch("/api/conversations")).json();
          const { id } = conversations.find(({ participants }) => participants.length === 2);
          Object.assign(globalThis, { conversation: id, heard: [] });
          inbox.configure({ user, persist: true, reconnectDelays: [200], maxAttempts: Infinity });
          if (listens) inbox.subscribe(id, (frame) => globalThis["heard"].push(frame));
        },
        { user, listens },
      );
      // Before the core is loaded, nothing is accepted.
      if (listens) await until(page, () => inbox.getStats() !== null);
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
