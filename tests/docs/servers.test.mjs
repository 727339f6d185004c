import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { WebSocket as Socket } from "ws";

import { until } from "../support/page.mjs";
import { Queue } from "../support/queue.mjs";
import { openInbox } from "./page.mjs";
import { SERVERS } from "./servers.mjs";

for (const { title, layer, start } of SERVERS) {
  describe(`the server for ${title}`, () => {
    it("delivers messages between two users, and returns the history", async (t) => {
      const { address, logins } = await start(t);
      const ana = await person(t, address, logins.ana);
      const ben = await person(t, address, logins.ben);
      const result = await ana.evaluate(() => inbox.sendMessage(2, "Hello"));
      assert.equal(result.status, layer === 1 ? "delivered" : "sent");
      for (const page of [ana, ben]) await until(page, () => heard.some(({ message }) => message === "Hello"));

      await ben.evaluate(() => inbox.requestMessages(2));
      const history = await until(ben, () => heard.find(({ action }) => action === "messages_response"));
      assert.deepEqual(
        history.messages.map(({ message }) => message),
        ["Hello"],
      );
    });

    it("refuses a message to a conversation of other users", async (t) => {
      const { address, logins } = await start(t);
      const ana = await person(t, address, logins.ana);
      await ana.evaluate(() => void inbox.subscribe(9, (frame) => heard.push(frame)));
      const result = await ana.evaluate(() => inbox.sendMessage(9, "Hello"));
      if (layer === 1) assert.equal(result.status, "failed");
      else await until(ana, () => heard.some(({ action, code }) => action === "error" && code === "not_found"));
    });

    it("closes an unauthenticated connection with a code that the page understands", async (t) => {
      const { address } = await start(t);
      const { page } = await openInbox(t);
      await page.evaluate((url) => {
        inbox.configure({ url });
        inbox.subscribe(2, () => {});
      }, address);
      await until(page, () => inbox.getState().error?.startsWith("Your session has expired"));
    });

    it("answers malformed frames with errors", async (t) => {
      const { address, logins } = await start(t);
      const { query = "", cookie } = logins.ana;
      const { origin } = new URL(address.replace("ws", "http"));
      const socket = new Socket(address + query, { origin, headers: cookie ? { cookie: `sessionid=${cookie}` } : {} });
      t.after(() => socket.terminate());
      /** @type {Queue<any>} */
      const frames = new Queue("frames");
      socket.on("message", (data) => frames.push(JSON.parse(String(data))));
      await new Promise((resolve) => socket.once("open", resolve));
      for (const text of ["{", "null", "7", "[]", '{"action":"goodbye"}', '{"action":{}}', '{"conversation_id":[]}']) {
        socket.send(text);
        assert.equal((await frames.next()).action, "error", text);
      }
    });
  });
}

describe("a server with layer 1", () => {
  for (const { title, start } of SERVERS.filter(({ layer }) => layer === 1)) {
    it(`delivers the messages that a page missed while it was away: ${title}`, async (t) => {
      const { address, logins } = await start(t);
      const ana = await person(t, address, logins.ana);
      const ben = await person(t, address, logins.ben);
      await ben.evaluate(() => inbox.sendMessage(2, "before"));
      await until(ana, () => heard.length === 1);
      await ana.evaluate(() => {
        globalThis.away = new Promise((resolve) => (globalThis.comeBack = resolve));
        socket.close(3000);
      });
      await until(ana, () => !inbox.getState().isConnected);
      await ben.evaluate(() => Promise.all(["one", "two", "three"].map((text) => inbox.sendMessage(2, text))));
      await ana.evaluate(() => comeBack());
      await until(ana, () => heard.length === 4);
      const texts = await ana.evaluate(() => heard.map(({ message }) => message));
      assert.deepEqual(texts, ["before", "one", "two", "three"]);
    });

    it(`limits a sync response to the requested bytes, and returns the rest on the next sync: ${title}`, async (t) => {
      const { address, logins } = await start(t);
      const ben = await person(t, address, logins.ben);
      await ben.evaluate(() => Promise.all([1, 2, 3].map((n) => inbox.sendMessage(2, String(n).repeat(3_000)))));
      const socket = new Socket(address + (logins.ben.query ?? ""));
      t.after(() => socket.terminate());
      await once(socket, "open");
      /** @param {object} frame */
      const ask = async (frame) => {
        socket.send(JSON.stringify(frame));
        const [data] = await once(socket, "message");
        return JSON.parse(String(data));
      };
      await ask({ action: "hello", protocol: 1, cursors: {} });
      const sync = { action: "sync", id: 1, after: { 2: 0 }, bytes: 7_000 };
      const first = await ask(sync);
      assert.deepEqual([first.messages.length, first.has_more], [2, true]);
      const rest = await ask({ ...sync, after: { 2: 2 }, bytes: 1_024 });
      assert.deepEqual([rest.messages.length, rest.has_more], [1, false]);
    });
  }
});

/**
 * Opens a page that subscribes to conversation 2.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} address
 * @param {import("./servers.mjs").Login} login
 */
async function person(t, address, { query = "", cookie }) {
  const { page } = await openInbox(t);
  const { hostname: domain } = new URL(address);
  if (cookie) await page.context().addCookies([{ name: "sessionid", value: cookie, domain, path: "/" }]);
  await page.evaluate((url) => {
    const Native = WebSocket;
    globalThis.WebSocket = class extends Native {
      /** @param {string | URL} url */
      constructor(url) {
        super(url);
        globalThis.socket = this;
      }
    };
    inbox.configure({ url: () => Promise.resolve(globalThis.away).then(() => url) });
    inbox.subscribe(2, (frame) => heard.push(frame));
  }, address + query);
  await until(page, () => inbox.getState().isConnected);
  return page;
}
