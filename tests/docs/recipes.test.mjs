import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { until } from "../support/page.mjs";
import { block, blocks } from "./blocks.mjs";
import { openInbox, openSource } from "./page.mjs";

const RECIPES = "docs/recipes.md";

/** @param {number} id @param {string} text @param {number} number */
const message = (id, text, number) => ({
  conversation_id: id,
  message: text,
  type: "TEXT",
  sender_id: 456,
  message_id: number,
});

describe("the recipe for", () => {
  it("a conversation shows its history and later messages, each once", async (t) => {
    const { page, server } = await openComponent(t, "Conversation", "<Conversation id={2} />");
    const connection = await server.connection();
    assert.deepEqual(await connection.next(), { action: "get_messages", conversation_id: 2 });
    connection.send(message(2, "three", 3));
    connection.send({
      action: "messages_response",
      conversation_id: 2,
      messages: [message(2, "one", 1), message(2, "two", 2), message(2, "three", 3)],
    });
    connection.send(message(2, "four", 4));
    await until(page, () => document.body.innerText.trim() === "one\ntwo\nthree\nfour");
    connection.cut();
    const again = await server.connection();
    assert.deepEqual(await again.next(), { action: "get_messages", conversation_id: 2 });
  });

  it("the inbox list counts unread messages until their conversation is opened", async (t) => {
    const { page, server } = await openComponent(
      t,
      "InboxList",
      `<InboxList
        conversations={[{ id: 1, title: "Ana", preview: "", unread: 2 }, { id: 2, title: "Ben", preview: "", unread: 0 }]}
        openId={2} myId={1} onOpen={(id) => (globalThis.opened = id)} onReload={() => {}} />`,
    );
    const connection = await server.connection();
    connection.send(message(1, "news", 1));
    connection.send(message(2, "is being read", 2));
    connection.send({ ...message(1, "my own, from the telephone", 3), sender_id: 1 });
    const ana = page.getByRole("button", { name: "Ana" });
    await ana.getByText("my own, from the telephone").waitFor();
    assert.equal(await ana.locator("strong").innerText(), "3 unread");
    const ben = page.getByRole("button", { name: "Ben" });
    assert.match(await ben.innerText(), /is being read/);
    assert.equal(await ben.locator("strong").count(), 0);
    await ana.click();
    await ana.locator("strong").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => globalThis["opened"]), 1);
  });

  it("optimistic sends shows messages in flight, and sends failed ones again on request", async (t) => {
    const { page, server } = await openComponent(t, "Composer", "<Composer id={2} />");
    const first = await server.connection();
    server.mode = "refuse";
    first.cut();
    await until(page, () => !inbox.getState().isConnected);
    await page.getByRole("textbox").fill("Hello");
    await page.keyboard.press("Enter");
    await page.getByRole("listitem").getByText("…").waitFor();
    // disconnect() fails the queued messages, as a logout does.
    await page.evaluate(() => inbox.disconnect());
    const again = page.getByRole("button", { name: "Send again" });
    await again.waitFor();
    server.mode = "accept";
    await again.click();
    const second = await server.connection();
    assert.deepEqual(await second.next(), { conversation_id: 2, message: "Hello", type: "TEXT" });
    await page.getByRole("listitem").waitFor({ state: "detached" });
  });

  it("a token requests a new one before each attempt", async (t) => {
    const source = `
      import "./token.ts";
      import { subscribe } from "inbox-socket";
      let tokens = 0;
      globalThis.fetch = async (address) => Response.json({ token: \`\${address} \${++tokens}\` });
      subscribe(2, () => {});`;
    const { server } = await openSource(t, { source, folder: "recipes" });
    for (const number of [1, 2]) {
      const connection = await server.connection();
      assert.equal(connection.path, `/ws/inbox/?token=${encodeURIComponent(`/api/socket-token ${number}`)}`);
      connection.cut();
    }
  });

  it("logging in and out never sends one user's messages on the next user's connection", async (t) => {
    const source = `
      import { logIn, logOut } from "./session.ts";
      import { getState, sendMessage, subscribe } from "inbox-socket";
      globalThis.fetch = async () => void (globalThis.loggedOut = true);
      Object.assign(globalThis, { getState, logIn, logOut, sendMessage });
      logIn({ id: 1 }).then(() => subscribe(2, () => {}));`;
    const { page, server } = await openSource(t, { source, folder: "recipes" });
    const connection = await server.connection();
    server.mode = "refuse";
    connection.cut();
    // Until the page notices the cut, its socket still accepts messages.
    await until(page, () => !globalThis["getState"]().isConnected);
    const result = page.evaluate(() => globalThis["sendMessage"](2, "Ana's"));
    await page.evaluate(() => globalThis["logOut"]());
    assert.equal((await result).status, "failed");
    assert.equal(await page.evaluate(() => globalThis["loggedOut"]), true);
    server.mode = "accept";
    await page.evaluate(() => globalThis["logIn"]({ id: 2 }));
    const next = await server.connection();
    await page.evaluate(() => void globalThis["sendMessage"](2, "Ben's"));
    assert.equal((await next.next()).message, "Ben's");
  });

  it("custom frames shows who is typing, and tells the others", async (t) => {
    const { page, server } = await openComponent(t, "Typing", "<TypingField id={2} />", "TypingField");
    const connection = await server.connection();
    await page.getByRole("textbox").pressSequentially("H");
    assert.deepEqual(await connection.next(), { action: "typing", conversation_id: 2 });
    connection.send({ action: "typing", conversation_id: 2, name: "Ben" });
    await page.getByText("Ben is typing…").waitFor();
    connection.send(message(2, "Hi", 1));
    await page.getByRole("status").waitFor({ state: "detached" });
  });

  it("every block of the page has a test here", () => {
    const tried = ["Conversation.tsx", "InboxList.tsx", "Composer.tsx", "token.ts", "session.ts", "Typing.tsx"];
    assert.deepEqual(
      blocks.filter(({ page }) => page === RECIPES).map(({ name }) => name),
      tried,
    );
  });
});

describe("the policy in docs/deployment.md", () => {
  it("lets the page load the core and connect", async (t) => {
    const found = blocks.filter(({ language }) => language === "http");
    assert.equal(found.length, 1);
    const [, name, value] = /** @type {RegExpExecArray} */ (/^(.*?): (.*)\n$/.exec(found[0].text));
    const { page, server } = await openInbox(t, { [name]: value });
    await page.evaluate(() => void inbox.subscribe(2, (frame) => heard.push(frame)));
    (await server.connection()).send(message(2, "Hi", 1));
    await until(page, () => heard.length === 1);
  });

  it("is needed: without 'wasm-unsafe-eval' the page reports that it cannot load the core", async (t) => {
    const { page, complaints } = await openInbox(t, { "content-security-policy": "script-src 'self'" });
    await page.evaluate(() => void inbox.subscribe(2, () => {}));
    await until(page, () => inbox.getState().error?.startsWith("Unable to load inbox-socket"));
    complaints.splice(0);
  });
});

/**
 * Opens a page that mounts a block's component.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} file
 * @param {string} jsx
 * @param {string} [name]
 */
function openComponent(t, file, jsx, name = file) {
  block(RECIPES, `${file}.tsx`);
  const source = `
    import * as inbox from "inbox-socket";
    import { createRoot } from "react-dom/client";
    import { ${name} } from "./${file}";
    Object.assign(globalThis, { inbox });
    createRoot(document.getElementById("root")!).render(${jsx});`;
  return openSource(t, { source, folder: "recipes" });
}
