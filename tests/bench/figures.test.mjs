import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { README, withFigures, written } from "./figures.mjs";

test("the README's figures are those of results.json", () => {
  const readme = readFileSync(README, "utf8");
  assert.equal(written(readme), written(withFigures(readme)), "run `npm run figures` in tests/bench");
});
