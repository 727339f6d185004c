import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { bundle, REACT_VERSIONS } from "../../support/bundle.mjs";
import { openPage, until } from "../../support/page.mjs";

/**
 * Opens a page with the inspector.
 *
 * @param {import("node:test").TestContext} t
 * @param {{react?: import("../../support/bundle.mjs").ReactVersion, headers?: Record<string, string>,
 *   props?: import("inbox-socket/devtools").InboxSocketDevtoolsProps}} [options]
 */
async function openInspector(t, { react = "19", headers, props = { defaultOpen: true } } = {}) {
  const opened = await openPage(t, { files: await bundle({ page: "npm/devtools/page.tsx" }, { react }), headers });
  opened.server.answersHello = false;
  await opened.page.evaluate((props) => globalThis.inspect(props), props);
  const inspector = opened.page.getByRole("region", { name: "inbox-socket" });
  await inspector.waitFor();
  /** Returns the value beside this name. @param {string} name */
  const value = (name) =>
    inspector.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("xpath=following-sibling::dd");
  /** Opens the section with this title. @param {string} title */
  const section = async (title) => {
    const details = inspector.locator("details", { has: opened.page.locator("summary", { hasText: title }) }).first();
    if ((await details.getAttribute("open")) === null) await details.locator("summary").first().click();
    return details;
  };
  return { ...opened, inspector, value, section };
}

/** Waits until the text matches. @param {import("playwright-core").Locator} locator @param {RegExp} text */
const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();

const WELCOME = { action: "welcome", protocol: 1, user_id: 1, heads: {} };

for (const react of REACT_VERSIONS) {
  describe(`the inspector, with React ${react}`, () => {
    it("shows the current state: idle, connected, waiting, and connected again", async (t) => {
      const { page, server, value, section, inspector } = await openInspector(t, { react });
      await reads(value("State"), /^idle$/);
      await reads(value("Server"), /^not connected$/);

      await page.evaluate(() => {
        inbox.configure({ reconnectDelays: [60_000], jitter: 0, url: "/chat?token=secret" });
        for (const id of [2, 2, "x", null]) inbox.subscribe(id, () => {});
      });
      const connection = await server.connection();
      await reads(value("State"), /^connected$/);
      await reads(value("Server"), /^negotiating$/);
      connection.send(WELCOME);
      await reads(value("Server"), /^acknowledges messages$/);
      await reads(value("Address"), /\/chat\?…$/);
      await section("Listeners");
      await reads(value("conversation 2"), /^2$/);
      await reads(value('conversation "x"'), /^1$/);
      await reads(value("every conversation"), /^1$/);

      server.mode = "refuse";
      connection.cut();
      await reads(value("State"), /^waiting$/);
      await reads(value("Next attempt"), /^in \d+\.\d s$/);
      await reads(value("Error"), /Connection lost/);

      server.mode = "accept";
      await inspector.getByRole("button", { name: "Connect now" }).click();
      await server.connection();
      await reads(value("State"), /^connected$/);
      await reads(value("Next attempt"), /^none$/);
      await section("Counters");
      await reads(value("reconnections"), /^1$/);
    });

    it("shows the queue: frames waiting while offline, in flight, and none when all are acknowledged", async (t) => {
      const { page, server, section } = await openInspector(t, { react });
      server.mode = "refuse";
      await page.evaluate(() => {
        inbox.configure({ reconnectDelays: [60_000] });
        inbox.subscribe(2, () => {});
        inbox.sendMessage(2, "written offline");
        inbox.sendMessage(3, "and another");
      });
      const rows = (await section("Queue")).locator("li");
      await reads(rows.nth(0), /^message in 2: written offline\s*waiting$/);
      await reads(rows.nth(1), /^message in 3: and another\s*waiting$/);

      server.mode = "accept";
      await page.evaluate(() => inbox.retry());
      const connection = await server.connection();
      connection.send(WELCOME);
      await reads(rows.nth(0), /in flight/);
      for (let seq = 1; seq <= 2; seq += 1) {
        let frame = await connection.next();
        while (frame.client_id === undefined) frame = await connection.next();
        connection.send({ action: "ack", client_id: frame.client_id, conversation_id: 2, message_id: seq, seq });
      }
      await reads(await section("Queue"), /The queue is empty/);
    });

    it("shows the last frames, newest first, and each in full when opened", async (t) => {
      const { page, server, section } = await openInspector(t, { react });
      await page.evaluate(() => void inbox.subscribe(2, () => {}));
      const connection = await server.connection();
      connection.send(WELCOME);
      connection.send({ conversation_id: 2, seq: 1, message: "Hi" });
      connection.sendRaw("no JSON");
      const rows = (await section("Frames")).locator("li");
      await reads(rows.nth(0), /not JSON/);
      for (const [at, text] of [/not JSON/, /message in 2 #1/, /welcome/, /hello/].entries()) {
        assert.match(await rows.nth(at).innerText(), text);
      }
      assert.equal(await rows.nth(3).getByRole("img").getAttribute("aria-label"), "sent");
      await rows.nth(1).locator("summary").click();
      await reads(rows.nth(1).locator("pre"), /"message": "Hi"/);
    });
  });
}

describe("the inspector", () => {
  it("keeps the last 50 frames", async (t) => {
    const { page, server, section } = await openInspector(t);
    await page.evaluate(() => void inbox.subscribe(2, () => {}));
    const connection = await server.connection();
    connection.send(WELCOME);
    for (let seq = 1; seq <= 60; seq += 1) connection.send({ conversation_id: 2, seq, message: "Hi" });
    const rows = (await section("Frames")).locator("li");
    await reads(rows.nth(0), /#60/);
    assert.equal(await rows.count(), 50);
  });

  it("starts as a button that shows the state, and can be used with the keyboard alone", async (t) => {
    const { page, server, inspector } = await openInspector(t, { props: {} });
    const toggle = inspector.getByRole("button", { name: /inbox-socket/ });
    await reads(toggle, /idle/);
    await page.evaluate(() => void inbox.subscribe(1, () => {}));
    (await server.connection()).send(WELCOME);
    await reads(toggle, /connected/);
    assert.equal(await inspector.getByRole("status").count(), 0);

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await inspector.getByRole("status").waitFor();
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Escape");
    assert.equal(await toggle.getAttribute("aria-expanded"), "false");
    await page.keyboard.press("Enter");
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
  });

  it("shows the inbox of a provider", async (t) => {
    const { page, server, value, section } = await openInspector(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      const other = inbox.createInbox({ url: "/other/", adapter: { conversationId: "conversation_id" } });
      other.subscribe("theirs", () => {});
      globalThis.inspect({ defaultOpen: true }, other);
    });
    (await server.connection()).send({ conversation_id: "theirs", message: "hi" });
    await reads(value("State"), /^connected$/);
    await reads(value("Server"), /^its own wire$/);
    await reads(value("Address"), /\/other\/$/);
    await reads((await section("Frames")).locator("li"), /message in "theirs"/);
    await section("Listeners");
    await reads(value('conversation "theirs"'), /^1$/);
  });

  it("adds up the connections with a socket for each conversation", async (t) => {
    const { page, server, value, section } = await openInspector(t);
    server.expectsHello = false;
    await page.evaluate(() => {
      const url = ({ conversationId }) => `/ws/${conversationId}/`;
      inbox.configure({ sockets: "each", url, reconnectDelays: [60_000], jitter: 0 });
      for (const id of [1, 1, 2, null]) inbox.subscribe(id, () => {});
    });
    const connections = [await server.connection(), await server.connection()];
    await reads(value("State"), /^connected$/);
    await section("Listeners");
    for (const [name, count] of [
      ["conversation 1", /^2$/],
      ["conversation 2", /^1$/],
      ["every conversation", /^1$/],
    ]) {
      await reads(value(String(name)), /** @type {RegExp} */ (count));
    }
    connections[0].cut();
    await reads(value("State"), /^waiting$/);
    await reads(value("Next attempt"), /^in \d+\.\d s$/);
    const id = connections[0].path === "/ws/1/" ? 1 : 2;
    await page.evaluate((id) => void inbox.sendMessage(id, "hi"), id);
    await reads((await section("Queue")).locator("li"), new RegExp(`message in ${id}`));
  });

  it("neither loads the core nor connects, and configure() can still be called", async (t) => {
    const { page, server, value } = await openInspector(t);
    await reads(value("State"), /^idle$/);
    await page.evaluate(() => inbox.configure({ jitter: 0 }));
    assert.equal(await page.evaluate(() => inbox.getStats()), null);
    assert.deepEqual(server.attempts, []);
  });

  it("mounted later, shows the open connection and its frames from then on", async (t) => {
    const { page, server, inspector, value, section } = await openInspector(t);
    await page.evaluate(() => globalThis.inspect(null));
    await inspector.waitFor({ state: "detached" });
    await page.evaluate(() => void inbox.subscribe(2, () => {}));
    const connection = await server.connection();
    connection.send(WELCOME);
    await until(page, () => inbox.getStats()?.assured);
    await page.evaluate(() => globalThis.inspect({ defaultOpen: true }));
    await reads(value("State"), /^connected$/);
    await reads(value("Address"), /\/ws\/inbox\/$/);
    connection.send({ conversation_id: 2, seq: 1, message: "Hi" });
    const rows = (await section("Frames")).locator("li");
    await reads(rows.nth(0), /message in 2 #1/);
    assert.equal(await rows.count(), 1);
  });

  it("adds no styles and no layout to the page, and leaves nothing behind when unmounted", async (t) => {
    const { page } = await openInspector(t);
    const shape = () =>
      page.evaluate(() => [
        document.body.scrollHeight,
        document.styleSheets.length,
        document.getElementById("root")?.innerHTML,
        document.body.lastElementChild?.localName,
      ]);
    const [height, sheets, markup, last] = await shape();
    assert.deepEqual([sheets, markup, last], [0, "", "inbox-socket-devtools"]);
    await page.evaluate(() => globalThis.inspect(null));
    await page.locator("inbox-socket-devtools").waitFor({ state: "detached" });
    assert.equal((await shape())[0], height);
  });

  for (const width of [320, 375, 1280]) {
    it(`fits into a window of ${width} px`, async (t) => {
      const { page, inspector } = await openInspector(t);
      await page.setViewportSize({ width, height: 640 });
      const { x, y, ...box } = (await inspector.boundingBox()) ?? assert.fail("the inspector is not visible");
      assert.ok(x >= 0 && y >= 0 && x + box.width <= width && y + box.height <= 640, JSON.stringify({ x, y, ...box }));
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
  }

  it("works under a policy that forbids inline styles", async (t) => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
    const { page, inspector } = await openInspector(t, { headers: { "content-security-policy": policy } });
    assert.equal(await inspector.evaluate((section) => getComputedStyle(section).display), "flex");
    assert.equal(
      await page.locator("inbox-socket-devtools").evaluate((host) => getComputedStyle(host).position),
      "fixed",
    );
  });
});

it("a production page loads neither the inspector, unless it imports it, nor the diagnosis", async () => {
  const entries = { page: "npm/react/page.tsx" };
  const files = await bundle(entries, { mode: "production" });
  const texts = [...files].filter(([, text]) => /inbox-socket-devtools|forbids WebAssembly/.test(text));
  // The warnings are in a separate chunk; warnings.test.mjs checks that no production page loads it.
  assert.deepEqual(
    texts.map(([path]) => path.replace(/-\w+\./, ".")),
    ["/diagnose.js"],
  );
});
