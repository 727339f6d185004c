import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readOptions } from "./options.mjs";
import { schedule } from "./schedule.mjs";
import { TOGETHER } from "./troubles.mjs";

const CAST = { lines: ["a", "b", "c", "late"], servers: 2, late: { line: "late", at: 6_000 } };

/** @param {Record<string, string>} env */
function plan(env) {
  return schedule(readOptions({ SECONDS: "60", CLUSTER: "1", ...env }), CAST);
}

describe("the schedule", () => {
  it("is the same for the same seed, and differs between seeds", () => {
    assert.deepEqual(plan({ SEED: "7" }), plan({ SEED: "7" }));
    assert.notDeepEqual(plan({ SEED: "7" }), plan({ SEED: "8" }));
  });

  it("contains every kind of trouble within a minute", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { lines, servers } = plan({ SEED: String(seed) });
      assert.deepEqual(new Set([...lines, ...servers].map(({ kind }) => kind)), new Set(TOGETHER), `seed ${seed}`);
    }
  });

  it("gives a line one trouble at a time, and none after the end", () => {
    const { lines } = plan({ SEED: "3" });
    for (const line of CAST.lines) {
      let free = 0;
      for (const { at, lasts } of lines.filter((trouble) => trouble.line === line)) {
        assert.ok(at >= free && at + lasts <= 60_000);
        free = at + lasts;
      }
    }
  });

  it("contains only the chosen troubles, and the dark line on which the late page joins", () => {
    const { lines, servers } = plan({ TROUBLES: "stall" });
    assert.deepEqual(new Set(lines.map(({ kind }) => kind)), new Set(["dark", "stall", "stall-up", "stall-down"]));
    assert.deepEqual(servers, []);
    assert.deepEqual(
      lines.filter(({ kind }) => kind === "dark").map(({ line, at }) => ({ line, at })),
      [CAST.late],
    );
  });
});

describe("the options", () => {
  it("are refused with what was expected and what was given", () => {
    const refuses = (/** @type {Record<string, string>} */ env, /** @type {RegExp} */ message) =>
      assert.throws(() => readOptions(env), { name: "TypeError", message });
    refuses({ SECONDS: "soon" }, /^SECONDS must be a whole number of at least 15; got "soon"$/);
    refuses({ SEED: "" }, /^SEED must be a whole number of at least 0; got ""$/);
    refuses({ TROUBLES: "cut,rain" }, /^TROUBLES must name some of cut-rst, .* separated by commas; got "rain"$/);
    // A single server runs without Redis.
    refuses({ TROUBLES: "redis" }, /got "redis"$/);
  });
});
