import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Person } from "../support/person.mjs";

describe("the inspector in the demo", () => {
  it("shows the connection and who listens, when it is asked for and no longer", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    await ana.open("Saturday hike");
    await ana.press("Inspector");
    await shows(ana, "connected");
    await shows(ana, "Listeners");
    await ana.write("Saturday hike", "who is listening?");
    await shows(ana, "who is listening?");
    ana.line.cut();
    await shows(ana, "waiting");
    ana.line.mend();
    await shows(ana, "connected");
    await ana.press("Inspector");
    await ana.page.until(() => document.querySelector("inbox-socket-devtools") === null);
  });

  it("leaves a phone's page where it can be reached", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin, { phone: true });
    await ana.press("Inspector");
    await shows(ana, "connected");
    const isFree = await ana.page.evaluate(() => {
      const links = [...document.querySelectorAll("a")];
      const link = links.find((link) => link.textContent?.startsWith("Compare"));
      link?.scrollIntoView();
      const { left, right, top, bottom } = link?.getBoundingClientRect() ?? new DOMRect();
      return [left + 1, right - 1].every((x) => document.elementFromPoint(x, (top + bottom) / 2) === link);
    });
    assert.ok(isFree);
  });
});

/** @param {Person} person @param {string} text */
async function shows(person, text) {
  await person.page.until(
    (text) => document.querySelector("inbox-socket-devtools")?.shadowRoot?.textContent?.includes(text),
    text,
  );
}
