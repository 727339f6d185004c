// Compares the values that the package's JavaScript copies from the Rust core.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { testFile } from "../../support/bundle.mjs";

const read = (path) => readFile(testFile(`../${path}`), "utf8");

/** Returns the text between two marks. */
function between(text, start, end) {
  const from = text.indexOf(start);
  assert.notEqual(from, -1, `found no "${start}"`);
  const to = text.indexOf(end, from + start.length);
  assert.notEqual(to, -1, `found no "${end}" after "${start}"`);
  return text.slice(from + start.length, to);
}

const words = (text, pattern) => [...text.matchAll(pattern)].map(([, word]) => word);
const constant = (text, name) => Number(between(text, `const ${name}`, ";").replace(/^.*=/, "").replaceAll("_", ""));

describe("the JavaScript agrees with the core on", () => {
  for (const [copy, original] of [
    ["CLOSINGS", "CLOSINGS"],
    ["LOSSES", "LOSSES"],
    ["SILENT_AFTER", "WELCOME_WITHIN"],
  ]) {
    it(`${original}, which the warnings use`, async () => {
      const copied = constant(await read("pkg/lib/diagnosis/warnings.js"), copy);
      assert.ok(copied > 0);
      assert.equal(copied, constant(await read("src/core/server.rs"), original));
    });
  }

  it("the names and the order of the counters", async () => {
    const names = words(between(await read("src/browser/inbox.js"), "const STATS = [", "];"), /"(\w+)"/g);
    const fields = words(between(await read("src/core/stats.rs"), "pub fn list", "\n    }"), /self\.(\w+)/g);
    const camelCase = (field) => field.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
    assert.ok(names.length > 0);
    assert.deepEqual(names, fields.map(camelCase));
  });

  it("the phases and layers, by the numbers that inspect() returns", async () => {
    const inspect = await read("pkg/lib/diagnosis/inspect.js");
    const shown = ["PHASES", "LAYERS"].flatMap((list) =>
      words(between(inspect, `const ${list} = [`, "]"), /"([^"]+)"/g),
    );
    const rust = between(await read("src/browser/commands.rs"), "fn place_of", "\n}");
    const places = [...rust.matchAll(/Phase::([\w:()]+) => (\d+)/g)].map(([, phase, place]) => [Number(place), phase]);
    const names = {
      idle: "Idle",
      connecting: "Connecting",
      "given up": "GivenUp",
      ended: "Ended",
      refused: "Refused",
      asked: "Connected(Layer::Pending)",
      silent: "Connected(Layer::Doubtful)",
      plain: "Connected(Layer::Plain)",
      acknowledging: "Connected(Layer::Assured)",
    };
    assert.deepEqual(
      places,
      shown.map((name, at) => [at + 1, names[name]]),
    );
  });

  it("the numbers of the keeper's calls and effects", async () => {
    const rust = await read("src/kept.rs");
    const numbers = await read("pkg/lib/persist/numbers.js");
    const named = (from, to) =>
      [...between(numbers, from, to).matchAll(/export const (\w+) = (\d+);/g)].map(([, name, number]) => [
        number,
        name,
      ]);
    const snake = (name) => name.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
    // Each arm of `run` calls the function of the same name.
    const run = between(rust, "match what {", "// Begins.");
    const calls = [...run.matchAll(/^ {8}(\d+) =>[^]*?keeper\.(\w+)\(/gm)].map(([, number, name]) => [
      number,
      { poll_effect: "POLL", next_deadline: "DEADLINE" }[name] ?? snake(name),
    ]);
    assert.deepEqual([["0", "BEGIN"], ...calls], named("// The calls.", "// The effects"));
    const effects = [...rust.matchAll(/KeeperEffect::(\w+)(?:\(id\))? => \((\d)\.0/g)];
    assert.deepEqual(
      [
        ...effects.map(([, name, number]) => [number, snake(name)]),
        [String(constant(rust, "EFFECTS: f64")), "EFFECTS"],
      ],
      named("// The effects", "// How"),
    );
    const keeping = [...rust.matchAll(/(\d|_) => Keeping::(\w+)/g)];
    assert.deepEqual(
      keeping.map(([, number, name]) => [number === "_" ? "2" : number, snake(name)]),
      named("// How", "export const IMMEDIATE = 2;").concat([["2", "IMMEDIATE"]]),
    );
  });

  it("the limits of the queue", async () => {
    const queue = await read("pkg/lib/persist/queue.js");
    const defaults = await read("src/core/config.rs");
    assert.equal(constant(queue, "LIMIT"), Number(/queue_limit: ([\d_]+)/.exec(defaults)?.[1]?.replaceAll("_", "")));
    assert.equal(constant(queue, "MESSAGE_LIMIT"), constant(await read("src/browser/numbers.js"), "MESSAGE_LIMIT"));
  });
});
