// The demo's tabs, which share one connection, and its messages, which survive the page.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Person } from "../support/person.mjs";

const TITLE = "Saturday hike";
const INBOX = "/ws/inbox/";

describe("two tabs of one person", () => {
  it("share one connection, which the second has once the first is closed", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const second = await ana.openTab();
    for (const tab of [ana, second]) await tab.open(TITLE);
    await ana.page.all
      .withText("1 connection for the inbox and 1 open conversation, shared with 1 other tab")
      .appears();
    await second.page.all.withText("The connection of another tab for the inbox and 1 open conversation").appears();
    await second.write(TITLE, "from the second");
    await ana.write(TITLE, "from the first");
    for (const tab of [ana, second]) {
      for (const text of ["from the second", "from the first"]) await tab.sees(TITLE, text);
    }
    await ana.holds(INBOX);
    assert.equal(ana.line.webSockets.length, 1);

    await ana.page.close();
    await second.page.all.withText("1 connection for the inbox and 1 open conversation").appears();
    await second.write(TITLE, "alone now");
    await second.sees(TITLE, "alone now");
    await second.log(TITLE).withoutText("Sending…").appears();
    await second.holds(INBOX);
  });

  it("are both cut by the demo's switch, and show how many others there are in the inspector", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    const second = await ana.openTab();
    for (const tab of [ana, second]) await tab.open(TITLE);
    await second.page.all.withText("The connection of another tab").appears();
    await ana.press("Inspector");
    await ana.inspectorShows("leader of 1 other");

    await second.press("Cut the connection");
    for (const tab of [ana, second]) await tab.page.role("button", "Restore the connection").appears();
    await second.write(TITLE, "kept meanwhile");
    await second.sees(TITLE, "Waiting for the connection");
    await second.press("Inspector");
    await second.inspectorShows("follower");
    await second.inspectorShows("waiting, in storage");
    await ana.press("Restore the connection");
    await ana.sees(TITLE, "kept meanwhile");
    await second.inspectorShows("No message waits or has failed.");
  });
});

describe("a message", () => {
  it("written without a connection is sent by the page that is loaded next, once", async (t) => {
    const { origin } = await Backend.start(t);
    const [ana, ben] = await Promise.all(["Ana", "Ben"].map((name) => Person.logIn(name, t, origin)));
    for (const person of [ana, ben]) await person.open(TITLE);
    await ana.press("Cut the connection");
    await ana.write(TITLE, "survives a reload");
    await ana.sees(TITLE, "Waiting for the connection");
    await ana.page.reload();

    for (const person of [ana, ben]) {
      await person.sees(TITLE, "survives a reload");
      await person.log(TITLE).withoutText("Sending…").withoutText("Waiting").appears();
      const shown = await person.log(TITLE).text();
      assert.equal(shown.split("survives a reload").length, 2, shown);
    }
  });

  it("that the server refuses says why, and goes when it is discarded", async (t) => {
    const backend = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, backend.origin);
    await ana.open(TITLE);
    await ana.press("Cut the connection");
    await ana.write(TITLE, "to a group that I have left");
    await ana.sees(TITLE, "Waiting for the connection");
    await backend.run(`
from inbox.models import Conversation, User
Conversation.objects.get(title="${TITLE}").participants.remove(User.objects.get(username="ana"))`);
    await ana.press("Restore the connection");
    await ana.sees(TITLE, "Not sent: ");
    await ana.press("Discard");
    await ana.log(TITLE).withoutText("to a group that I have left").appears();
  });
});
