// Runs the end-to-end tests, and those of kept messages and of shared connections, in one engine after the other, and
// prints a table of the results. ENGINES=firefox,webkit selects engines.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";

import { testFile } from "../support/bundle.mjs";
import { Browser } from "../support/webdriver/browser.mjs";
import { ENGINES } from "../support/webdriver/engines.mjs";

const QUARTER_OF_AN_HOUR = 900_000;

const names = process.env.ENGINES?.split(",") ?? Object.keys(ENGINES);
/** For each test, its result in each engine. @type {Map<string, string[]>} */
const rows = new Map();
/** @type {string[]} */
const titles = [];
const notes = [];
const failures = [];

for (const [column, name] of names.entries()) {
  const title = await introduce(name);
  titles.push(title);
  console.log(`\n${title}`);
  for await (const { test, result, note, error } of playAll(name)) {
    if (note) notes.push(`${title}: ${test}: ${note}`);
    if (error) failures.push(`✖ ${title}: ${test}\n${error}`);
    if (!result) continue;
    console.log(`  ${result}  ${test}`);
    rows.set(test, Object.assign(rows.get(test) ?? [], { [column]: result }));
  }
}

const width = Math.max(...[...rows.keys()].map((test) => test.length));
const line = (test, cells) => [test.padEnd(width), ...titles.map((title, n) => (cells[n] ?? "").padEnd(title.length))];
const table = [["", titles], ...rows].map(([test, cells]) => line(test, cells).join("  "));
for (const lines of [failures, table, notes]) if (lines.length > 0) console.log(`\n${lines.join("\n")}`);
if (failures.length > 0) process.exitCode = 1;

/** Returns an engine's title, and the version that it reports. @param {string} name */
async function introduce(name) {
  const engine = ENGINES[name];
  if (!engine) throw new Error(`ENGINES must name some of ${Object.keys(ENGINES).join(", ")}; got ${name}`);
  const browser = await Browser.start(engine);
  await browser.close();
  return `${engine.title} ${browser.version}`;
}

/** Runs the tests in an engine, and yields each result. @param {string} name */
async function* playAll(name) {
  process.env.ENGINE = name;
  const folder = testFile("e2e");
  const own = readdirSync(folder).filter((file) => file.endsWith(".test.mjs"));
  const others = ["persist", "share"].map((name) => testFile(`${name}/engines.test.mjs`));
  const files = [...own.map((file) => join(folder, file)), ...others];
  const events = run({ files, concurrency: 1, timeout: QUARTER_OF_AN_HOUR });
  let suite = "";
  let test = "";
  for await (const { type, data } of events) {
    if (type === "test:start" && data.nesting === 0) suite = data.name;
    if (type === "test:diagnostic" && data.nesting > 0) yield { test, note: data.message };
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, skip, details } = data;
    // A suite only repeats the failures of its tests.
    if (details.type === "suite" || details.error?.failureType === "subtestsFailed") continue;
    test = nesting > 0 ? `${suite}: ${name}` : name;
    if (type === "test:fail") yield { test, result: "FAIL", error: reason(details.error) };
    else if (skip === undefined) yield { test, result: "pass" };
    else yield { test, result: "–", note: skip };
  }
}

/** @param {any} error */
function reason(error) {
  return error.cause?.stack ?? error.cause ?? error.stack;
}
