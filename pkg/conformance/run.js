import { CHECKS } from "./checks.js";
import { Skip, Violation } from "./violation.js";
import { World } from "./world.js";

/**
 * Runs the checks one after the other.
 *
 * @param {any} options see options.js
 * @param {(url: string, headers: Record<string, string>) => any} connect opens a WebSocket
 * @param {(result: Result) => void} [report] is called after each check
 *
 * @typedef {object} Result
 * @property {string} id
 * @property {"passed" | "failed" | "warned" | "skipped"} outcome
 * @property {string} section the section's title @property {string} anchor its anchor in PROTOCOL.md
 * @property {string} rule @property {string} [reason] of a skipped check
 * @property {string} [note] what a passed check has seen
 * @property {unknown} [sent] @property {unknown} [came] @property {string} [expected]
 */
export async function run(options, connect, report = () => {}) {
  const world = new World(options, connect);
  const results = [];
  for (const check of CHECKS.filter(({ id }) => isChosen(id, options.only))) {
    const { id, title: section, anchor, rule } = check;
    const result = { id, section, anchor, rule, ...(await outcomeOf(check, world)) };
    results.push(result);
    report(result);
  }
  return results;
}

/** @param {string} id @param {string} [only] a check's number, or a section's */
const isChosen = (id, only) => only === undefined || id === only || id.startsWith(`${only}.`);

async function outcomeOf(check, world) {
  if (check.layer > world.options.layer) return { outcome: "skipped", reason: "needs --layer 1" };
  try {
    const note = await check.run(world);
    return { outcome: "passed", ...(note && { note }) };
  } catch (error) {
    if (error instanceof Skip) return { outcome: "skipped", reason: error.message };
    if (!(error instanceof Violation)) throw error;
    const { expected, came, sent } = error;
    return { outcome: check.level === "MUST" ? "failed" : "warned", expected, sent, came };
  } finally {
    await world.clear();
  }
}
