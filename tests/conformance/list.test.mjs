import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";

import { SECTIONS } from "../../pkg/conformance/checks.js";
import { testFile } from "../support/bundle.mjs";
import { PAGE, withList } from "./list.mjs";

it("lists every check in docs/conformance.md", async () => {
  const page = await readFile(PAGE, "utf8");
  assert.equal(page, withList(page), "run `npm run conformance` in tests");
});

it("names sections that PROTOCOL.md has", async () => {
  const protocol = await readFile(testFile("../PROTOCOL.md"), "utf8");
  const headings = [...protocol.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) => title);
  const anchors = headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const { title, anchor } of SECTIONS) {
    assert.equal(headings[anchors.indexOf(anchor)], title);
  }
});
