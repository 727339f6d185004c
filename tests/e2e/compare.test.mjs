import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Comparison } from "../support/comparison.mjs";
import { Person } from "../support/person.mjs";
import { eventually } from "../support/queue.mjs";

const ALL = ["Before", "After", "inbox-socket"];

describe("the comparison", () => {
  it("shows a socket for each of ten conversations before, and one for all after and with inbox-socket", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    for (const title of ALL) await comparison.lane(title).withText("Not started.").appears();

    await comparison.press("Start all");
    await comparison.says("All three are running with 10 conversations.");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.shows("Open sockets", ["10", "1", "1"]);
    await comparison.shows("Handshakes", ["10", "1", "1"]);
    // What the page says of itself is what the browser did.
    const paths = comparison.person.line.webSockets.map(({ path }) => path);
    assert.equal(paths.filter((path) => path.startsWith("/ws/chat/")).length, 10);
    assert.equal(paths.filter((path) => path === "/ws/inbox/").length, 2);
  });

  it("counts what a burst of messages makes each of them do", async (t) => {
    const { origin } = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await comparison.press("Send 100 messages");
    await comparison.says("100 messages sent.");
    await comparison.shows("Messages received", ["100 of 100", "100 of 100", "100 of 100"]);
    // Inbox-socket hears its welcome besides.
    await comparison.shows("Frames received", ["100", "100", "101"]);
    await comparison.shows("JSON parses", ["100", "100", "101"]);
    const [before, after, ours] = (await comparison.figures("Recipient checks")).map(number);
    assert.equal(before, 0);
    assert.equal(after, 1000);
    assert.ok(ours < after / 2, `${ours} looks`);
    const renders = (await comparison.figures("Renders")).map(number);
    assert.ok(renders[2] < renders[0] && renders[2] < renders[1], `${renders} renders`);
  });

  it("shows who tries to reconnect while the network is cut, and that all come back when it is restored", async (t) => {
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

  it("opens more conversations while it runs, and stops without leaving a socket open", async (t) => {
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

  it("says that the server is gone, and goes on when it is back", async (t) => {
    const backend = await Backend.start(t);
    const comparison = await Comparison.visit("Ana", t, backend.origin);
    await comparison.press("Start all");
    for (const title of ALL) await comparison.connects(title, 10);
    await backend.kill();
    for (const title of ALL) await comparison.lane(title).withText("0 of 10 connected. Connection lost").appears();
    await comparison.choose(50);
    await comparison.says("Cannot reach the server. Is it running?");
    await eventually("what runs is what is chosen", () => comparison.size(10).isChecked());

    await backend.restart();
    for (const title of ALL) await comparison.connects(title, 10);
  });

  it("asks who is there when the session has ended elsewhere", async (t) => {
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

  it("is a click away from the inbox, stays on reload, and adds nothing to the inbox's list", async (t) => {
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

  it("can be used by keyboard alone, and fits a phone", async (t) => {
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
