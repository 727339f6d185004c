import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Backend } from "../support/backend.mjs";
import { Person } from "../support/person.mjs";

describe("the inspector in the demo", () => {
  it("shows the connection and the listeners, until it is closed", async (t) => {
    const { origin } = await Backend.start(t);
    const ana = await Person.logIn("Ana", t, origin);
    await ana.open("Saturday hike");
    await ana.press("Inspector");
    await shows(ana, "connected");
    await shows(ana, "Listeners");
    await ana.write("Saturday hike", "who is listening?");
    await shows(ana, "who is listening?");
    ana.line.refuse();
    await shows(ana, "waiting");
    await ana.line.mend();
    await shows(ana, "connected");
    await ana.press("Inspector");
    await ana.page.until(() => document.querySelector("inbox-socket-devtools") === null);
  });

  for (const phone of [false, true]) {
    it(`covers none of the page's controls ${phone ? "on a phone" : "in a wide window"}`, async (t) => {
      const { origin } = await Backend.start(t);
      const ana = await Person.logIn("Ana", t, origin, { phone });
      await ana.press("Inspector");
      await shows(ana, "connected");
      assert.deepEqual(await covered(ana), []);
      await ana.open("Saturday hike");
      ana.line.refuse();
      await shows(ana, "waiting");
      assert.deepEqual(await covered(ana), []);
    });
  }
});

/** Returns the HTML of the controls that the inspector covers. @param {Person} person */
function covered(person) {
  return person.page.evaluate(() => {
    const isUnder = (/** @type {Element} */ control) => {
      control.scrollIntoView({ block: "nearest" });
      const { left, right, top, bottom } = control.getBoundingClientRect();
      const corners = [left + 1, right - 1].flatMap((x) => [top + 1, bottom - 1].map((y) => ({ x, y })));
      return corners.some(({ x, y }) => document.elementFromPoint(x, y)?.matches("inbox-socket-devtools"));
    };
    return [...document.querySelectorAll("a, button, summary, textarea")]
      .filter(isUnder)
      .map((control) => control.outerHTML);
  });
}

/** @param {Person} person @param {string} text */
async function shows(person, text) {
  await person.page.until(
    (text) => document.querySelector("inbox-socket-devtools")?.shadowRoot?.textContent?.includes(text),
    text,
  );
}
