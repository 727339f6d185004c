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

  describe("the numbers of sharing:", async () => {
    const rust = await read("src/sharing.rs");
    const numbers = await read("pkg/lib/share/numbers.js");
    const share = await read("pkg/lib/share/share.js");
    const named = (from, to) =>
      [...between(`${numbers}// End`, from, to).matchAll(/export const (\w+) = (\d+);/g)].map(([, name, number]) => [
        Number(number),
        name,
      ]);
    const snake = (name) => name.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
    /** The body of a function. */
    const bodyOf = (name) => between(rust, `fn ${name}(`, "\n}");

    it("its calls", () => {
      // Each arm of `run` begins with a call of the tab, or of what the shell has.
      const arms = bodyOf("run").matchAll(
        /^ {8}(\d+) =>[^]*?(?:tab|shell)\.([\w.]+)\((?:.*\|\((key|_), (_|seq)\)\|)?/gm,
      );
      const shortened = {
        set_visible: "VISIBLE",
        next_deadline: "DEADLINE",
        "pairs.push": "PAIR",
        set_heads: "HEADS",
        ask_server: "ASK",
        poll_effect: "POLL",
        "parts.get": "PART",
      };
      const calls = [...arms].map(([, number, name, key, seq]) => [
        Number(number),
        name === "heads.get" ? `HEAD_${key === "key" ? "KEY" : seq?.toUpperCase()}` : (shortened[name] ?? snake(name)),
      ]);
      assert.deepEqual([[0, "BEGIN"], ...calls], named("// Calls", "// Effects"));
    });

    it("its effects", () => {
      const effects = bodyOf("numbers_of_effect").matchAll(/TabEffect::(\w+)[^]*?\((\d+)\.0,/g);
      assert.deepEqual(
        [...effects].map(([, name, number]) => [Number(number), snake(name)]),
        named("// Effects", "// Words"),
      );
    });

    it("its words, and those that only JavaScript reads", () => {
      const read = [...bodyOf("word_of").matchAll(/^ {8}(\d+) => (?:\{[^]*?)?What::(\w+)/gm)];
      const words = read.map(([, number, name]) => [Number(number), snake(name)]);
      const written = [...bodyOf("numbers_of_word").matchAll(/What::(\w+)[^[]*\[(\d+)\.0/g)];
      assert.deepEqual(
        written.map(([, name, number]) => [Number(number), snake(name)]),
        words,
      );
      const copied = named("// Words", "// Kinds");
      const others = copied.splice(-3);
      assert.ok(copied.length > 0);
      for (const word of copied)
        assert.ok(
          words.some((each) => `${each}` === `${word}`),
          `${word}`,
        );
      for (const [number] of others)
        assert.ok(
          words.every(([each]) => each !== number),
          `${number}`,
        );
    });

    it("its kinds of frames", () => {
      const kinds = [...bodyOf("kind_of").matchAll(/(\d|_) => ItemKind::(\w+)/g)];
      assert.deepEqual(
        kinds.map(([, number, name]) => [
          number === "_" ? 5 : Number(number),
          name === "Ping" ? "PING_FRAME" : snake(name),
        ]),
        named("// Kinds", "// End"),
      );
    });

    it("its roles", () => {
      const roles = [...bodyOf("run").matchAll(/Role::(\w+) => (\d)\.0/g)].map(([, role, number]) => [
        Number(number),
        role,
      ]);
      const shown = { Away: "alone", Seeking: "follower", Following: "follower", Leading: "leader", Alone: "alone" };
      assert.deepEqual(
        words(between(share, "const ROLES = [", "]"), /"(\w+)"/g).map((role, number) => [number, role]),
        roles.map(([number, role]) => [number, shown[role]]),
      );
    });

    it("the phases and layers in which it acts", async () => {
      const rust = between(await read("src/browser/commands.rs"), "fn place_of", "\n}");
      const placeOf = (phase) => -Number(between(rust, `Phase::${phase} => `, ",").replace(/^.*=> /, ""));
      const list = (name) => between(share, `const ${name} = [`, "]").split(", ").map(Number);
      assert.equal(constant(share, "CONNECTING"), placeOf("Connecting"));
      assert.equal(constant(share, "GIVEN_UP"), placeOf("GivenUp"));
      assert.deepEqual(list("RESTING"), ["Idle", "GivenUp", "Ended", "Refused"].map(placeOf));
      assert.deepEqual(list("UNDECIDED"), ["Connected(Layer::Doubtful)", "Connected(Layer::Plain)"].map(placeOf));
    });
  });

  it("the limits of the queue", async () => {
    const queue = await read("pkg/lib/persist/queue.js");
    const defaults = await read("src/core/config.rs");
    assert.equal(constant(queue, "LIMIT"), Number(/queue_limit: ([\d_]+)/.exec(defaults)?.[1]?.replaceAll("_", "")));
    assert.equal(constant(queue, "MESSAGE_LIMIT"), constant(await read("src/browser/numbers.js"), "MESSAGE_LIMIT"));
  });
});
