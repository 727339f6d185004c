import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Person } from "../support/person.mjs";

const TITLES = ["Saturday hike", "Kitchen shelves", "Book swap"];
const LOST = "Connection lost - reconnecting in background...";

describe("two people", () => {
  it("chat in three conversations over one WebSocket each, and see each other's messages at once", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const ben = await Person.logIn("Ben", t, origin);
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
        const text = await person.log(title).innerText();
        for (const other of TITLES.keys()) {
          const times = other === number ? 1 : 0;
          assert.equal(text.split(`Ana's number ${other}`).length - 1, times, `${title}: ${text}`);
          assert.equal(text.split(`Ben's number ${other}`).length - 1, times, `${title}: ${text}`);
        }
      }
      assert.deepEqual(person.webSockets.map((webSocket) => new URL(webSocket.url()).pathname), ["/ws/inbox/"]);
      assert.equal(person.openWebSockets.length, 1);
      await person.page.getByText("1 connection for the inbox and 3 open conversations").waitFor();
    }
  });

  it("are told in the list of what is unread, and by whom", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const ben = await Person.logIn("Ben", t, origin);
    await ana.open("Book swap");
    await ana.write("Book swap", "one");
    await ana.write("Book swap", "two");
    await ben.entry("Book swap").filter({ hasText: "2 unread" }).filter({ hasText: "Ana: two" }).waitFor();
    assert.match(await ben.conversations.first().innerText(), /Book swap/);
    assert.equal(await ben.page.title(), "(2) Inbox");

    await ben.open("Book swap");
    await ben.sees("Book swap", "two");
    await ben.entry("Book swap").filter({ hasNotText: "unread" }).waitFor();
  });
});

describe("when the server is killed", () => {
  it("both are told, and what is written meanwhile arrives when it is back, once and in order", async (t) => {
    const backend = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, backend.origin);
    const ben = await Person.logIn("Ben", t, backend.origin);
    for (const person of [ana, ben]) for (const title of TITLES) await person.open(title);
    await ana.write(TITLES[0], "before");
    await ben.sees(TITLES[0], "before");

    await backend.kill();
    for (const person of [ana, ben]) await person.banner.filter({ hasText: LOST }).waitFor();
    await ana.page.getByRole("button", { name: "Retry Now" }).waitFor();
    // What was there is still to be read.
    await ana.sees(TITLES[0], "before");
    await ana.write(TITLES[0], "meanwhile: one");
    await ana.write(TITLES[1], "meanwhile: two");
    await ana.write(TITLES[0], "meanwhile: three");
    await ana.log(TITLES[0]).getByText("Waiting for the connection").first().waitFor();

    await backend.restart();
    await ana.page.getByRole("button", { name: "Retry Now" }).click();
    await ben.sees(TITLES[0], "meanwhile: three");
    await ben.sees(TITLES[1], "meanwhile: two");
    for (const person of [ana, ben]) {
      await person.banner.filter({ hasNotText: /\S/ }).waitFor({ state: "attached" });
      const text = await person.log(TITLES[0]).innerText();
      const written = text.match(/before|meanwhile: \w+/g);
      assert.deepEqual(written, ["before", "meanwhile: one", "meanwhile: three"]);
      assert.equal(person.openWebSockets.length, 1);
    }
    assert.equal(await ana.page.getByText("Waiting for the connection").count(), 0);
    assert.equal(await ana.page.getByRole("button", { name: "Retry Now" }).count(), 0);

    // And the conversation goes on.
    await ben.write(TITLES[0], "after");
    await ana.sees(TITLES[0], "after");
  });

  it("what others wrote while one was cut off is there after the reconnection", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const ben = await Person.logIn("Ben", t, origin);
    await ana.open(TITLES[0]);
    await ben.open(TITLES[0]);
    await ana.page.getByRole("button", { name: "Cut the connection" }).click();
    await ana.banner.filter({ hasText: LOST }).waitFor();
    await ana.write(TITLES[0], "from the dark");
    await ben.write(TITLES[0], "while you were away");
    await ben.sees(TITLES[0], "while you were away");
    assert.equal(await ana.log(TITLES[0]).getByText("while you were away").count(), 0);
    await ana.page.getByRole("button", { name: "Restore the connection" }).click();
    await ana.page.getByRole("button", { name: "Retry Now" }).click();

    await ana.sees(TITLES[0], "while you were away");
    await ben.sees(TITLES[0], "from the dark");
  });
});

describe("logging out", () => {
  it("closes the connection, and somebody else who logs in here has one of their own", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    await ana.open("Book swap");
    const [webSocket] = ana.webSockets;
    const closed = webSocket.waitForEvent("close");
    await ana.page.getByRole("button", { name: "Log out" }).click();
    await closed;
    await ana.page.getByRole("button", { name: "Log in as Chi" }).click();
    await ana.entry("Tomatoes on the roof").waitFor();

    assert.equal(await ana.entry("Book swap").count(), 0);
    assert.equal(ana.webSockets.length, 2);
    assert.equal(ana.openWebSockets.length, 1);
  });

  it("in one tab ends the other one, which says so", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const second = new Person(await ana.page.context().newPage());
    await second.page.goto(origin);
    await second.conversations.first().waitFor();
    await ana.page.getByRole("button", { name: "Log out" }).click();
    await second.page.getByText("Your session has ended. Please log in again.").waitFor();
    assert.deepEqual(second.openWebSockets, []);
  });
});

describe("the page", () => {
  it("can be used by keyboard alone: log in, choose a conversation, write, send", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.arrive(t, origin);
    const { page } = ana;
    await tabTo(page, "Log in as Ana");
    await page.keyboard.press("Enter");
    await ana.conversations.first().waitFor();
    await tabTo(page, "Kitchen shelves");
    await page.keyboard.press("Enter");
    await ana.field("Kitchen shelves").waitFor();
    // The field has the focus: nobody wants to tab there.
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await page.keyboard.type("first line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await ana.sees("Kitchen shelves", "first line second line");
    assert.equal(await ana.field("Kitchen shelves").inputValue(), "");

    await tabTo(page, "Close Kitchen shelves", "Shift+Tab");
    await page.keyboard.press("Space");
    await ana.log("Kitchen shelves").waitFor({ state: "detached" });
    await tabTo(page, "Log out", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Log in as Ana" }).waitFor();
  });

  it("fits a phone: the list, then one conversation, then back", async (t) => {
    const { origin } = await Backend.start(t);
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const ana = await Person.logIn("Ana", t, origin, phone);
    const ben = await Person.logIn("Ben", t, origin);
    const fits = () => ana.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits());
    await ana.entry("Saturday hike").tap();
    await ana.log("Saturday hike").waitFor();
    assert.equal(await ana.conversations.count(), 0, "the list makes room");
    assert.ok(await fits());
    await ana.write("Saturday hike", "w".repeat(200));
    await ana.sees("Saturday hike", "w".repeat(200));
    assert.ok(await fits());
    assert.ok(await ana.field("Saturday hike").evaluate((field) => field.getBoundingClientRect().bottom <= innerHeight));

    await ana.page.getByRole("button", { name: "Back to the inbox" }).tap();
    await ana.entry("Saturday hike").waitFor();
    await ben.open("Saturday hike");
    await ben.write("Saturday hike", "see you");
    await ana.entry("Saturday hike").filter({ hasText: "1 unread" }).waitFor();
    assert.ok(await fits());
    assert.equal(ana.webSockets.length, 1);
  });
});

/**
 * Presses Tab until the button with this name has the focus.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function tabTo(page, name, key = "Tab") {
  const button = page.getByRole("button", { name });
  await button.waitFor();
  for (let presses = 0; presses < 100; presses++) {
    if (await button.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${name} cannot be reached by ${key}`);
}
