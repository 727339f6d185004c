// Prints a line for each check, and the circumstances of each failure.

import { CHECKS, CHECKS_OF_TABS } from "./checks.mjs";
import { noticing, returning } from "./noticing.mjs";
import { timeline } from "./timeline.mjs";

/** The most failures printed per check. */
const SHOWN = 5;

/**
 * @param {import("./storm.mjs").Outcome} outcome
 * @param {(line: string) => void} say
 * @returns whether all checks passed
 */
export function report(outcome, say) {
  const more = outcome.groups.length > 0 ? CHECKS_OF_TABS : [];
  const findings = [...CHECKS, ...more, noticing].map((check) => check(outcome));
  for (const { name, summary, failures } of findings) {
    if (failures.length === 0) say(`✓ ${name}: ${summary}`);
    else say(`✗ ${name}: ${failures.length} failures; ${summary}`);
    for (const failure of failures.slice(0, SHOWN)) say(`    ${describe(failure)}`);
    const [first] = failures;
    if (first?.at) for (const line of timeline(outcome, first.at, first.page)) say(`      ${line}`);
  }
  say(`  returned: ${returning(outcome)}`);
  return findings.every(({ failures }) => failures.length === 0);
}

/** @param {import("./checks.mjs").Failure} failure */
function describe({ at, page, what }) {
  const time = at && new Date(at).toISOString().slice(11, 23);
  return [time, page, what].filter(Boolean).join("  ");
}
