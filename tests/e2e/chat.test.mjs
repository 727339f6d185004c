import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Person } from "../support/person.mjs";

const TITLES = ["Saturday hike", "Kitchen shelves", "Book swap"];
const LOST = "Connection lost - reconnecting in background...";
const INBOX = "/ws/inbox/";

describe("two people", () => {
  it("chat in three conversations over one WebSocket per person", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await logIn(t, origin, "Ana", "Ben");
    for (const title of TITLES) {
      await ana.open(title);
      await ben.open(title);
    }
    for (const [number, title] of TITLES.entries()) {
      await ana.write(title, `Ana's number ${number}`);
      await ben.sees(title, `Ana's number ${number}`);
      await ben.write(title, `Ben's number ${number}`);
      await ana.sees(title, `Ben's number ${number}`);
      await ana.sees(title, `Ana's number ${number}`);
    }

    for (const person of [ana, ben]) {
      for (const [number, title] of TITLES.entries()) {
        const text = await person.log(title).text();
        for (const other of TITLES.keys()) {
          const times = other === number ? 1 : 0;
          assert.equal(text.split(`Ana's number ${other}`).length - 1, times, `${title}: ${text}`);
          assert.equal(text.split(`Ben's number ${other}`).length - 1, times, `${title}: ${text}`);
        }
      }
      await person.holds(INBOX);
      assert.equal(person.line.webSockets.length, 1);
      await person.page.all.withText("1 connection for the inbox and 3 open conversations").appears();
    }
  });

  it("who type at the same time see the same messages, in the order in which each of them typed", async (t) => {
    const { origin } = await Backend.start(t);
    const people = await logIn(t, origin, "Ana", "Ben");
    const [title] = TITLES;
    for (const person of people) await person.open(title);
    const numbers = Array.from({ length: 10 }, (_, n) => String(n + 1));
    await Promise.all(
      people.map(async (person, who) => {
        await person.field(title).click();
        for (const number of numbers) {
          await person.page.type(`${"ab"[who]}-${number}.`);
          await person.page.press("Enter");
        }
      }),
    );
    const shown = [];
    for (const person of people) {
      for (const last of ["a-10.", "b-10."]) await person.sees(title, last);
      const text = await person.log(title).withoutText("Sending…").text();
      shown.push([...text.matchAll(/([ab])-(\d+)\./g)].map(([, who, number]) => ({ who, number })));
    }
    for (const who of "ab") {
      assert.deepEqual(
        shown[0].filter((one) => one.who === who).map(({ number }) => number),
        numbers,
      );
    }
    assert.deepEqual(shown[1], shown[0]);
  });

  it("see unread messages and their senders in the list", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await logIn(t, origin, "Ana", "Ben");
    await ana.open("Book swap");
    await ana.write("Book swap", "one");
    await ana.write("Book swap", "two");
    await ben.entry("Book swap").withText("2 unread").withText("Ana: two").appears();
    const [latest] = await ben.conversations.texts();
    assert.match(latest, /Book swap/);
    assert.equal(await ben.page.title(), "(2) Inbox");

    await ben.open("Book swap");
    await ben.sees("Book swap", "two");
    await ben.entry("Book swap").withoutText("unread").appears();
  });
});

describe("when the server is killed", () => {
  it("both see a notice, and messages written meanwhile arrive after its restart, once and in order", async (t) => {
    const backend = await Backend.start(t);
    const [ana, ben] = await logIn(t, backend.origin, "Ana", "Ben");
    for (const person of [ana, ben]) for (const title of TITLES) await person.open(title);
    await ana.write(TITLES[0], "before");
    await ben.sees(TITLES[0], "before");

    await backend.kill();
    for (const person of [ana, ben]) await person.isTold(LOST);
    await ana.page.role("button", "Retry Now").appears();
    // Earlier messages are still shown.
    await ana.sees(TITLES[0], "before");
    await ana.write(TITLES[0], "meanwhile: one");
    await ana.write(TITLES[1], "meanwhile: two");
    await ana.write(TITLES[0], "meanwhile: three");
    await ana.sees(TITLES[0], "Waiting for the connection");

    await backend.restart();
    // The page may already have reconnected.
    await ana.page.role("button", "Retry Now").clickIfThere();
    await ben.sees(TITLES[0], "meanwhile: three");
    await ben.sees(TITLES[1], "meanwhile: two");
    for (const person of [ana, ben]) {
      await person.isToldNothing();
      const written = (await person.log(TITLES[0]).text()).match(/before|meanwhile: \w+/g);
      assert.deepEqual(written, ["before", "meanwhile: one", "meanwhile: three"]);
      await person.holds(INBOX);
    }
    await ana.page.all.withoutText("Waiting for the connection").appears();
    assert.equal(await ana.page.role("button", "Retry Now").count(), 0);

    await ben.write(TITLES[0], "after");
    await ana.sees(TITLES[0], "after");
  });
});

describe("when the network is cut", () => {
  it("messages written meanwhile arrive after the automatic reconnection", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await logIn(t, origin, "Ana", "Ben");
    const [title] = TITLES;
    for (const person of [ana, ben]) await person.open(title);
    ana.line.refuse();
    await ana.isTold(LOST);
    await ana.write(title, "from the dark");
    await ana.sees(title, "Waiting for the connection");
    await ben.write(title, "while you were away");
    await ben.sees(title, "while you were away");
    assert.equal(await ana.log(title).withText("while you were away").count(), 0);
    await ana.line.mend();

    await ana.sees(title, "while you were away");
    await ben.sees(title, "from the dark");
    await ana.isToldNothing();
    await ana.holds(INBOX);
  });

  it("by the demo's own switch, messages arrive after it is restored", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await logIn(t, origin, "Ana", "Ben");
    const [title] = TITLES;
    for (const person of [ana, ben]) await person.open(title);
    await ana.press("Cut the connection");
    await ana.isTold(LOST);
    await ana.write(title, "from the dark");
    await ben.write(title, "while you were away");
    await ben.sees(title, "while you were away");
    assert.equal(await ana.log(title).withText("while you were away").count(), 0);
    await ana.press("Restore the connection");

    await ana.sees(title, "while you were away");
    await ben.sees(title, "from the dark");
  });
});

describe("leaving the page and coming back", () => {
  it("through the browser's history shows the messages sent meanwhile, over one connection", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await logIn(t, origin, "Ana", "Ben");
    const [title] = TITLES;
    for (const person of [ana, ben]) await person.open(title);
    await ana.page.evaluate(() => void (window["wasHere"] = true));
    await ana.page.goto(`${ana.origin}/icon.svg`);
    await ana.holds();
    await ben.write(title, "while you were away");
    await ben.sees(title, "while you were away");

    await ana.page.back();
    await ana.sees(title, "while you were away");
    await ana.write(title, "here I am");
    await ben.sees(title, "here I am");
    await ana.isToldNothing();
    await ana.holds(INBOX);
    const wasKept = await ana.page.evaluate(() => window["wasHere"] === true);
    t.diagnostic(wasKept ? "restored from the back/forward cache" : "reloaded, not from the back/forward cache");
  });
});

describe("logging out", () => {
  it("closes the connection, and the next user who logs in gets a new one", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana] = await logIn(t, origin, "Ana");
    await ana.open("Book swap");
    await ana.press("Log out");
    await ana.holds();
    await ana.press("Log in as Chi");
    await ana.entry("Tomatoes on the roof").appears();

    assert.equal(await ana.entry("Book swap").count(), 0);
    await ana.holds(INBOX);
  });

  it("in one tab ends the session in another tab, which shows a notice", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana] = await logIn(t, origin, "Ana");
    const second = await ana.openTab();
    await second.conversations.appears();
    await ana.holds(INBOX);
    await ana.press("Log out");
    await second.page.all.withText("Your session has ended. Please log in again.").appears();
    await ana.holds();
  });
});

describe("the page", () => {
  it("works by keyboard alone: log in, choose a conversation, write, send", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.arrive(t, origin);
    const { page } = ana;
    await tabTo(page, page.role("button", "Log in as Ana"));
    await page.press("Enter");
    await ana.conversations.appears();
    await tabTo(page, ana.entry("Kitchen shelves"));
    await page.press("Enter");
    // Opening a conversation focuses the field.
    await page.until(() => document.activeElement?.tagName === "TEXTAREA");
    await page.type("first line");
    await page.press("Shift+Enter");
    await page.type("second line");
    await page.press("Enter");
    await ana.sees("Kitchen shelves", "first line second line");
    assert.equal(await ana.field("Kitchen shelves").value(), "");

    await tabTo(page, page.role("button", "Close Kitchen shelves"), "Shift+Tab");
    await page.press("Space");
    await ana.log("Kitchen shelves").disappears();
    await tabTo(page, page.role("button", "Log out"), "Shift+Tab");
    await page.press("Enter");
    await page.role("button", "Log in as Ana").appears();
  });

  it("fits a phone: the list, then one conversation, then back", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin, { phone: true });
    const ben = await Person.logIn("Ben", t, origin);
    const fits = () => ana.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    t.diagnostic(`${await ana.page.evaluate(() => innerWidth)} pixels wide`);
    assert.ok(await fits());
    await ana.open("Saturday hike");
    assert.equal(await ana.conversations.count(), 0, "the list makes room");
    assert.ok(await fits());
    await ana.write("Saturday hike", "w".repeat(200));
    await ana.sees("Saturday hike", "w".repeat(200));
    assert.ok(await fits());
    assert.ok(await ana.page.evaluate(() => document.forms[0].getBoundingClientRect().bottom <= innerHeight));

    await ana.press("Back to the inbox");
    await ana.entry("Saturday hike").appears();
    await ben.open("Saturday hike");
    await ben.write("Saturday hike", "see you");
    await ana.entry("Saturday hike").withText("1 unread").appears();
    assert.ok(await fits());
    assert.equal(ana.line.webSockets.length, 1);
  });
});

/**
 * Logs people in, each in a separate browser.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} origin
 * @param {string[]} names
 */
function logIn(t, origin, ...names) {
  return Promise.all(names.map((name) => Person.logIn(name, t, origin)));
}

/**
 * Presses Tab until the target has the focus.
 *
 * @param {import("../support/webdriver/page.mjs").Page} page
 * @param {import("../support/webdriver/locator.mjs").Locator} target
 */
async function tabTo(page, target, key = "Tab") {
  await target.appears();
  for (let presses = 0; presses < 100; presses++) {
    if (await target.hasFocus()) return;
    await page.press(key);
  }
  assert.fail(`${target} cannot be reached by ${key}`);
}
