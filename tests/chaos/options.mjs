// Reads the options from the environment: SECONDS, SEED, TROUBLES, CLUSTER, SERVER, TABS.

import { KINDS } from "./servers.mjs";
import { ALONE, OF_A_TAB, TOGETHER } from "./troubles.mjs";

/** The shortest storm with time for a page to join late, a page to reload and the server to die twice. */
const SHORTEST = 15;

/** @param {Record<string, string | undefined>} env */
export function readOptions(env) {
  const isCluster = env.CLUSTER === "1";
  const hasTabs = env.TABS === "1";
  const troubles = [...(isCluster ? TOGETHER : ALONE), ...(hasTabs ? Object.keys(OF_A_TAB) : [])];
  return {
    isCluster,
    hasTabs,
    kind: readKind(env.SERVER || "django"),
    seconds: readNumber("SECONDS", env.SECONDS ?? "120", SHORTEST),
    seed: readNumber("SEED", env.SEED ?? "1", 0),
    troubles: readTroubles(env.TROUBLES, troubles),
  };
}

/** @param {string} name */
function readKind(name) {
  if (Object.hasOwn(KINDS, name)) return /** @type {keyof typeof KINDS} */ (name);
  throw new TypeError(`SERVER must be one of ${Object.keys(KINDS).join(", ")}; got ${JSON.stringify(name)}`);
}

/** @param {string} name @param {string} text @param {number} least */
function readNumber(name, text, least) {
  const number = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(number) || number < least) {
    throw new TypeError(`${name} must be a whole number of at least ${least}; got ${JSON.stringify(text)}`);
  }
  return number;
}

/**
 * Reads the names of troubles. `stall` includes `stall-up` and `stall-down`.
 *
 * @param {string | undefined} text
 * @param {readonly string[]} all
 */
function readTroubles(text, all) {
  if (!text) return [...all];
  const chosen = text.split(",").map((name) => {
    const matching = all.filter((trouble) => trouble === name || trouble.startsWith(`${name}-`));
    if (matching.length > 0) return matching;
    const got = JSON.stringify(name);
    throw new TypeError(`TROUBLES must name some of ${all.join(", ")}, separated by commas; got ${got}`);
  });
  return [...new Set(chosen.flat())];
}
