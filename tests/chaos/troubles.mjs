// The kinds of trouble, and how to make each.

/** @typedef {import("../support/line.mjs").Line} Line */

/** The rate of a slow mobile network, in bits per second. */
const SLOW = 160_000;

/**
 * Troubles of a line. `lasts`: the shortest and longest ms. `isDeath`: the current connection dies without closing.
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

/** Troubles of a server, with the signal that ends it. */
export const OF_A_SERVER = /** @type {const} */ ({ term: "SIGTERM", kill: "SIGKILL" });

/** A trouble of the servers together. */
export const OF_ALL_SERVERS = { redis: "it restarts" };

/**
 * Troubles of a tab, for a time in ms.
 *
 * @typedef {import("./participant.mjs").Participant} Tab
 * @type {Record<string, {make: (tab: Tab, ms: number) => Promise<void>, lasts: [number, number]}>}
 */
export const OF_A_TAB = {
  reload: { make: (tab) => tab.reload(), lasts: [0, 0] },
  close: { make: (tab, ms) => tab.close(ms), lasts: [0, 3_000] },
  crash: { make: (tab, ms) => tab.crash(ms), lasts: [0, 3_000] },
  hang: { make: (tab, ms) => tab.hang(ms), lasts: [3_000, 9_000] },
};

/** The troubles in a storm with one server. */
export const ALONE = [...Object.keys(OF_A_LINE), ...Object.keys(OF_A_SERVER)];

/** The troubles in a storm with two servers, PostgreSQL and Redis. */
export const TOGETHER = [...ALONE, ...Object.keys(OF_ALL_SERVERS)];

/** One stall in three ends before a page notices it, the others last longer. @returns {[number, number][]} */
function stalls() {
  return [
    [1_000, 4_000],
    [8_000, 11_000],
    [8_000, 11_000],
  ];
}
