import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { pages, withFigures } from "./figures.mjs";

for (const page of pages) {
  test(`the figures of ${basename(page)} are those of results.json`, () => {
    const text = readFileSync(page, "utf8");
    assert.equal(text, withFigures(page, text), "run `make figures`");
  });
}
