import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readOptions } from "./options.mjs";
import { schedule } from "./schedule.mjs";
import { OF_A_TAB, TOGETHER } from "./troubles.mjs";

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

describe("the schedule of tabs", () => {
  const TABS = [
    { name: "one", line: "a", from: 0 },
    { name: "two", line: "a", from: 6_000 },
  ];
  /** @param {Record<string, string>} env */
  const planTabs = (env) => schedule(readOptions({ SECONDS: "60", TABS: "1", ...env }), { ...CAST, tabs: TABS }).tabs;

  it("contains every kind of trouble within a minute, for the leader and for others", () => {
    for (let seed = 0; seed < 100; seed++) {
      const planned = planTabs({ SEED: String(seed) });
      assert.deepEqual(new Set(planned.map(({ kind }) => kind)), new Set(Object.keys(OF_A_TAB)), `seed ${seed}`);
      assert.equal(new Set(planned.map(({ isForLeader }) => isForLeader)).size, 2, `seed ${seed}`);
    }
  });

  it("gives a tab no trouble before it is opened, and none after the end", () => {
    for (const { tab, at, lasts } of planTabs({ SEED: "3" })) {
      assert.ok(at >= (tab === "two" ? 6_000 : 0) && at + lasts <= 60_000);
    }
  });

  it("is empty without tabs, and changes nothing for the lines and servers", () => {
    const { tabs, ...rest } = plan({ SEED: "7" });
    assert.deepEqual(tabs, []);
    const { tabs: planned, ...others } = schedule(readOptions({ SECONDS: "60", CLUSTER: "1", TABS: "1", SEED: "7" }), {
      ...CAST,
      tabs: TABS,
    });
    assert.ok(planned.length > 0);
    assert.deepEqual(others, rest);
  });
});

describe("the options", () => {
  it("are refused with what was expected and what was given", () => {
    const refuses = (/** @type {Record<string, string>} */ env, /** @type {RegExp} */ message) =>
      assert.throws(() => readOptions(env), { name: "TypeError", message });
    refuses({ SECONDS: "soon" }, /^SECONDS must be a whole number of at least 15; got "soon"$/);
    refuses({ SEED: "" }, /^SEED must be a whole number of at least 0; got ""$/);
    refuses({ TROUBLES: "cut,rain" }, /^TROUBLES must name some of cut-rst, .* separated by commas; got "rain"$/);
    refuses({ TROUBLES: "crash" }, /got "crash"$/);
    // A single server runs without Redis.
    refuses({ TROUBLES: "redis" }, /got "redis"$/);
  });
});
