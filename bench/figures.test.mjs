import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { pages, withFigures } from "./figures.mjs";

for (const page of pages) {
  test(`${basename(page)} shows the figures in results.json`, () => {
    const text = readFileSync(page, "utf8");
    assert.equal(text, withFigures(page, text), "run `make figures`");
  });
}

test("the README's figures are two lines", () => {
  const readme = pages.find((page) => basename(page) === "README.md") ?? "";
  const [, figures = ""] = /<!-- figures -->\n\n([^]*?)\n\n<!-- \/figures -->/.exec(readFileSync(readme, "utf8")) ?? [];
  assert.equal(figures.split("\n").length, 2);
});
