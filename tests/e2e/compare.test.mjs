import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Comparison } from "../support/comparison.mjs";
import { Person } from "../support/person.mjs";
import { eventually } from "../support/queue.mjs";

const ALL = ["Before", "After", "inbox-socket"];

describe("the comparison", () => {
  it("shows ten sockets for ten conversations before, and one each after and with inbox-socket", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    for (const title of ALL) await comparison.lane(title).withText("Not started.").appears();

    await comparison.press("Start all");
    await comparison.says("All three are running with 10 conversations.");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.shows("Open sockets", ["10", "1", "1"]);
    await comparison.shows("Handshakes", ["10", "1", "1"]);
    // The page's counts match the WebSockets on the line.
    const paths = comparison.person.line.webSockets.map(({ path }) => path);
    assert.equal(paths.filter((path) => path.startsWith("/ws/chat/")).length, 10);
    assert.equal(paths.filter((path) => path === "/ws/inbox/").length, 2);
  });

  it("counts each architecture's work for a burst of messages", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.press("Send 100 messages");
    await comparison.says("100 messages sent.");
    await comparison.shows("Messages received", ["100 of 100", "100 of 100", "100 of 100"]);
    // inbox-socket also receives a welcome.
    await comparison.shows("Frames received", ["100", "100", "101"]);
    await comparison.shows("JSON parses", ["100", "100", "101"]);
    const [before, after, ours] = (await comparison.figures("Recipient checks")).map(number);
    assert.equal(before, 0);
    assert.equal(after, 1000);
    assert.ok(ours < after / 2, `${ours} looks`);
    const renders = (await comparison.figures("Renders")).map(number);
    assert.ok(renders[2] < renders[0] && renders[2] < renders[1], `${renders} renders`);
  });

  it("counts reconnection attempts during an outage, and shows that all reconnect afterwards", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.press("Cut the network");
    await comparison.shows("Open sockets", ["0", "0", "0"]);
    for (const title of ALL) await comparison.lane(title).withText("0 of 10 connected: the network is cut.").appears();
    await comparison.press("Send 100 messages");
    await comparison.says("100 messages sent.");
    await comparison.until("Attempts to reconnect", "at least one for each socket", (shown) => {
      const [before, after, ours] = shown.map(number);
      return before >= 10 && after >= 1 && ours >= 1;
    });
    await comparison.shows("Messages received", ["0 of 100", "0 of 100", "0 of 100"]);

    await comparison.press("Restore the network");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.shows("Open sockets", ["10", "1", "1"]);
    await comparison.shows("Handshakes", ["20", "2", "2"]);
    await comparison.shows("Messages received", ["0 of 100", "0 of 100", "100 of 100"]);
  });

  it("opens more conversations while it runs, and closes all sockets when it stops", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    await comparison.choose(1);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 1);
    await comparison.choose(50);
    for (const title of ALL) await comparison.connects(title, 50);
    await comparison.shows("Open sockets", ["50", "1", "1"]);
    await comparison.shows("Handshakes", ["50", "1", "1"]);

    await comparison.press("Stop Before");
    await comparison.shows("Open sockets", ["0", "1", "1"]);
    await comparison.says("After and inbox-socket are running with 50 conversations.");
    await comparison.press("Stop all");
    await comparison.says("Nothing is running.");
    await comparison.shows("Open sockets", ["0", "0", "0"]);
    await comparison.person.holds();
  });

  it("shows that the server is unreachable, and continues after its restart", async (t) => {
    const backend = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, backend.origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await backend.kill();
    for (const title of ALL) await comparison.lane(title).withText("0 of 10 connected. Connection lost").appears();
    await comparison.choose(50);
    await comparison.says("Cannot reach the server. Is it running?");
    await eventually("the choice is 10 again, as before", () => comparison.size(10).isChecked());

    await backend.restart();
    for (const title of ALL) await comparison.connects(title, 10);
  });

  it("asks for a login when the session has ended in another tab", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    const other = await comparison.person.openTab();
    await other.press("Log out");
    await comparison.page.all.withText("Your session has ended. Please log in again.").appears();
    await comparison.press("Log in as Ben");
    await comparison.says("Nothing is running yet.");
    await comparison.person.holds();
  });

  it("opens from the inbox with a click, survives a reload, and leaves the inbox's list unchanged", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const titles = await ana.conversations.texts();
    await ana.page.role("link", "Compare architectures").click();
    const comparison = new Comparison(ana);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.press("Send 100 messages");
    await comparison.says("100 messages sent.");
    await comparison.page.reload();
    await comparison.says("Nothing is running yet.");
    await comparison.page.role("link", "← Inbox").click();
    await ana.conversations.appears();
    assert.deepEqual(await ana.conversations.texts(), titles);
  });

  it("works by keyboard alone, and fits a phone", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin, { phone: true });
    const { page } = comparison;
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits());
    await page.press("Tab");
    await page.press("Tab");
    await page.press("ArrowRight");
    assert.ok(await comparison.size(50).isChecked());
    await page.press("Tab");
    await page.press("Enter");
    for (const title of ALL) await comparison.connects(title, 50);
    assert.ok(await fits());
    await page.press("Tab");
    await page.press("Enter");
    await comparison.says("100 messages sent.");
    await page.press("Tab");
    await page.press("Space");
    await comparison.shows("Open sockets", ["0", "0", "0"]);
    assert.ok(await fits());
  });
});

/** @param {string} text */
function number(text) {
  return Number.parseInt(text.replaceAll(",", ""), 10);
}
