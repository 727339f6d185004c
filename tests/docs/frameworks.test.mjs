import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { until } from "../support/page.mjs";
import { TestServer } from "../support/server.mjs";
import { FRAMEWORKS } from "./frameworks.mjs";
import { openFiles } from "./page.mjs";
import { filesIn, inWorkshop } from "./workshop.mjs";

const run = promisify(execFile);

/** @param {number} id @param {string} text @param {number} number */
const message = (id, text, number) => ({ conversation_id: id, message: text, type: "TEXT", message_id: number });

describe("the example for", () => {
  for (const framework of FRAMEWORKS) {
    it(`${framework.title} receives its conversation, reconnects after a cut, and sends`, async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const first = await server.connection();
      await page.getByText("connected", { exact: true }).waitFor();
      first.send(message(3, "for another", 1));
      first.send({ action: "error", code: "internal", conversation_id: 2 });
      first.send(message(2, "Hi", 2));
      await page.getByText("Hi", { exact: true }).waitFor();
      assert.deepEqual(await page.getByRole("listitem").allInnerTexts(), ["Hi"]);

      first.cut();
      const second = await server.connection();
      second.send(message(2, "Back again", 3));
      await page.getByText("Back again", { exact: true }).waitFor();
      await page.getByText("connected", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Say hello" }).click();
      assert.deepEqual(await second.next(), { conversation_id: 2, message: "Hello", type: "TEXT" });
      assert.equal(server.attempts.length, 2);
    });
  }
});

for (const framework of FRAMEWORKS.filter(({ built }) => built)) {
  describe(`the binding for ${framework.title}`, () => {
    it("shows the connection's state", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const connection = await server.connection();
      const good = { isConnected: true, isConnecting: false, error: null, reconnectAttempts: 0 };
      await shows(page, { ...good, lastMessage: null });
      server.mode = "refuse";
      connection.cut();
      await shows(page, { isConnected: false, error: "Connection lost - reconnecting in background..." });
      await page.evaluate(() => retry());
      await shows(page, { reconnectAttempts: 1 });
      server.mode = "accept";
      await page.evaluate(() => retry());
      await shows(page, good);
    });

    it("changes to another conversation on the same connection, and resets the last message", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const connection = await server.connection();
      connection.send(message(2, "two", 1));
      await shows(page, { lastMessage: message(2, "two", 1) });
      await page.evaluate(() => void show(3));
      await shows(page, { lastMessage: null });
      connection.send(message(2, "two again", 2));
      connection.send(message(3, "three", 3));
      await shows(page, { lastMessage: message(3, "three", 3) });
      assert.deepEqual(await page.getByRole("listitem").allInnerTexts(), ["two", "three"]);
      assert.equal(server.attempts.length, 1);
    });

    it("uses the inbox that a component above provides, and follows its change", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const own = await server.connection();
      const [first, second] = [await startOther(t), await startOther(t)];
      await page.evaluate((url) => provide({ url }), first.origin);
      const connection = await first.connection();
      connection.send(message(2, "theirs", 1));
      // The adapter says that this frame is not a message.
      connection.send({ conversation_id: 2, kind: "typing" });
      await until(page, () => globalThis.heardByProbes === 2);
      await shows(page, { isConnected: true, lastMessage: message(2, "theirs", 1) }, 1);
      await shows(page, { isConnected: true, lastMessage: null });
      await page.evaluate(() => void chats[1].sendMessage(2, "to theirs"));
      assert.equal((await connection.next()).message, "to theirs");

      await page.evaluate((url) => provide({ url }), second.origin);
      const changed = await second.connection();
      assert.equal((await connection.closed).code, 1000);
      changed.send(message(2, "changed", 2));
      await shows(page, { isConnected: true, lastMessage: message(2, "changed", 2) }, 1);
      await page.evaluate(() => void chats[1].sendMessage(2, "to changed"));
      assert.equal((await changed.next()).message, "to changed");
      assert.equal(server.attempts.length, 1);
      assert.deepEqual(
        own.received.filter(({ message }) => message),
        [],
      );
    });

    it("is given the inbox of another backend as documented", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      /** @type {Promise<import("playwright-core").WebSocketRoute>} */
      const routed = new Promise((resolve) => page.routeWebSocket("wss://support.example.com/ws/inbox/", resolve));
      await page.reload();
      await page.evaluate(() => provide("support"));
      const support = await routed;
      support.send(JSON.stringify(message(2, "from support", 1)));
      await page.getByText("from support", { exact: true }).waitFor();
      assert.equal(await page.getByRole("listitem").count(), 1);
      assert.ok(server.attempts.every((path) => path.startsWith("/ws/inbox/")));
    });

    it("closes the connection with the last component", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const connection = await server.connection();
      await page.evaluate(() => leave());
      assert.equal((await connection.closed).code, 1000);
    });

    it("opens no socket on a server, and renders the connecting state", async () => {
      const html = await renderOnServer(dirname(framework.block));
      assert.match(html, /<p[^>]*role="status"[^>]*>(<!--.*?-->)*connecting/);
      const shown = { isConnected: false, isConnecting: true, error: null, reconnectAttempts: 0, lastMessage: null };
      assert.ok(html.replaceAll("&quot;", '"').includes(JSON.stringify(shown)), html);
      assert.doesNotMatch(html, /A socket was opened/);
    });

    it("does not resubscribe when a value changes that the application's url() has read", async (t) => {
      const { page, server } = await openFiles(t, await build(framework));
      const first = await server.connection();
      await shows(page, { isConnected: true });
      await page.evaluate(() => leave());
      await first.closed;
      await until(page, () => document.querySelector("output") === null);
      // The core is loaded, so the component's subscription calls url().
      await page.evaluate(() => enter());
      const second = await server.connection();
      second.send(message(2, "two", 1));
      await shows(page, { isConnected: true, lastMessage: message(2, "two", 1) });
      await page.evaluate(() => renewToken());
      await shows(page, { isConnected: true, lastMessage: message(2, "two", 1) });
      assert.deepEqual(server.attempts, ["/ws/inbox/?token=1", "/ws/inbox/?token=1"]);
    });
  });
}

/** Starts a server whose clients send no hello. @param {import("node:test").TestContext} t */
async function startOther(t) {
  const server = await TestServer.start();
  server.expectsHello = false;
  t.after(() => server.stop());
  return server;
}

/**
 * Waits until a probe of the page shows these members.
 *
 * @param {import("../support/page.mjs").Page} page
 * @param {object} members
 * @param {number} [at] 0 for the page's inbox, 1 for the provided one
 */
async function shows(page, members, at = 0) {
  const isSo = ({ members, at }) => {
    const shown = JSON.parse(document.querySelectorAll("output")[at]?.textContent ?? "{}");
    return Object.entries(members).every(([name, value]) => JSON.stringify(shown[name]) === JSON.stringify(value));
  };
  await until(page, isSo, { members, at });
}

/** @type {Map<string, Promise<Map<string, string | Uint8Array>>>} */
const built = new Map();

/** Returns the files of the example's page. @param {import("./frameworks.mjs").Framework} framework */
function build(framework) {
  const { block } = framework;
  if (!built.has(block)) built.set(block, framework.built ? buildByVite(dirname(block)) : asItIs(block));
  return /** @type {Promise<Map<string, string | Uint8Array>>} */ (built.get(block));
}

/** @param {string} folder */
async function buildByVite(folder) {
  await vite(folder, "build");
  const files = await filesIn(inWorkshop("frameworks", folder, "dist"));
  return files.set("/", /** @type {Uint8Array} */ (files.get("/index.html")));
}

/** Returns the page's HTML and a line for each socket opened. @param {string} folder */
async function renderOnServer(folder) {
  await vite(folder, "build", "--ssr", "server.js", "--outDir", "server");
  const program = inWorkshop("frameworks", folder, "server", "server.js");
  const sockets = pathToFileURL(inWorkshop("frameworks", "sockets.mjs")).href;
  return (await run(process.execPath, ["--import", sockets, program], { timeout: 15_000 })).stdout;
}

/** @param {string} folder @param {string[]} args */
async function vite(folder, ...args) {
  const cwd = inWorkshop("frameworks", folder);
  const program = inWorkshop("node_modules", "vite", "bin", "vite.js");
  const env = { ...process.env, NODE_ENV: undefined };
  const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd, env });
  assert.doesNotMatch(stdout + stderr, /warn/i, "the build must print no warnings");
}

/** @param {string} page */
async function asItIs(page) {
  const files = await filesIn(inWorkshop("node_modules", "inbox-socket"), "/node_modules/inbox-socket");
  return files.set("/", await readFile(inWorkshop("frameworks", page)));
}
