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
    await ana.inspectorShows("connected");
    await ana.inspectorShows("Listeners");
    await ana.write("Saturday hike", "who is listening?");
    await ana.inspectorShows("who is listening?");
    ana.line.refuse();
    await ana.inspectorShows("waiting");
    await ana.line.mend();
    await ana.inspectorShows("connected");
    await ana.press("Inspector");
    await ana.page.until(() => document.querySelector("inbox-socket-devtools") === null);
  });

  for (const phone of [false, true]) {
    it(`covers none of the page's controls ${phone ? "on a phone" : "in a wide window"}`, async (t) => {
      const { origin } = await Backend.start(t);
      const ana = await Person.logIn("Ana", t, origin, { phone });
      await ana.press("Inspector");
      await ana.inspectorShows("connected");
      assert.deepEqual(await covered(ana), []);
      await ana.open("Saturday hike");
      ana.line.refuse();
      await ana.inspectorShows("waiting");
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
