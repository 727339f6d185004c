// Every kind of trouble, and how to make it.

/** @typedef {import("../support/line.mjs").Line} Line */

/** A slow mobile network's, in bits per second. */
const SLOW = 160_000;

/**
 * Those of one line. `lasts` is in ms: the shortest and the longest. `isDeath`: the present connection is dead, and the
 * page is not told.
 *
 * @typedef {{make: (line: Line, random: () => number) => void, lasts?: [number, number][], isDeath?: boolean}} Trouble
 * @type {Record<string, Trouble>}
 */
export const OF_A_LINE = {
  "cut-rst": { make: (line) => line.cut("RST") },
  "cut-fin": { make: (line) => line.cut("FIN") },
  stall: { make: (line) => line.stall("up", "down"), lasts: stalls(), isDeath: true },
  "stall-up": { make: (line) => line.stall("up"), lasts: stalls(), isDeath: true },
  "stall-down": { make: (line) => line.stall("down"), lasts: stalls(), isDeath: true },
  "half-open": { make: (line) => line.halfOpen(), isDeath: true },
  dark: { make: (line) => line.goDark(), lasts: [[2_000, 9_000]], isDeath: true },
  refuse: { make: (line) => line.refuse(), lasts: [[500, 5_000]] },
  split: { make: (line, random) => line.split(random), lasts: [[3_000, 8_000]] },
  delay: { make: (line, random) => line.delay(100 + 900 * random()), lasts: [[3_000, 8_000]] },
  rate: { make: (line) => line.limit(SLOW), lasts: [[3_000, 8_000]] },
};

/** Those of the servers, by the signal that ends one. */
export const OF_A_SERVER = /** @type {const} */ ({ term: "SIGTERM", kill: "SIGKILL" });

/** What can happen to one server. */
export const ALONE = [...Object.keys(OF_A_LINE), ...Object.keys(OF_A_SERVER)];

/** What can happen to two servers with PostgreSQL and Redis. */
export const TOGETHER = [...ALONE, "redis"];

/** One in three is over before anybody notices, the others outlast it. @returns {[number, number][]} */
function stalls() {
  return [[1_000, 4_000], [8_000, 11_000], [8_000, 11_000]];
}
