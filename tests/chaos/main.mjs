// `make chaos SECONDS=120 SEED=1`: a storm, and what has to hold after it.

import { CHECKS } from "./checks.mjs";
import { noticing, returning } from "./noticing.mjs";
import { readOptions } from "./options.mjs";
import { Storm } from "./storm.mjs";
import { timeline } from "./timeline.mjs";

/** How many failures of a check are told. */
const SHOWN = 5;

try {
  const options = readOptions(process.env);
  const { seconds, seed, troubles, isCluster } = options;
  console.log(`${seconds} s, seed ${seed}: ${troubles.join(", ")}`);
  const outcome = await new Storm(options, console.log).run();
  const findings = [...CHECKS, noticing].map((check) => check(outcome));
  for (const { name, summary, failures } of findings) {
    console.log(`${failures.length === 0 ? "✓" : "✗"} ${name}: ${failures.length === 0 ? summary : `${failures.length} failures; ${summary}`}`);
    for (const { page, at, what } of failures.slice(0, SHOWN)) console.log(`    ${[clock(at), page, what].filter(Boolean).join("  ")}`);
    const [first] = failures;
    if (first?.at) console.log(timeline(outcome, first.at, first.page).map((line) => `      ${line}`).join("\n"));
  }
  console.log(`  returned: ${returning(outcome)}`);
  const isGood = findings.every(({ failures }) => failures.length === 0);
  if (!isGood) {
    const command = `make ${isCluster ? "chaos-cluster" : "chaos"} SECONDS=${seconds} SEED=${seed} TROUBLES=${troubles.join()}`;
    console.log(`The same storm again: ${command}`);
  }
  process.exit(isGood ? 0 : 1);
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exit(1);
}

/** @param {number | undefined} at */
function clock(at) {
  return at && new Date(at).toISOString().slice(11, 23);
}
