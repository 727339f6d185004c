// Plans the storm from its seed: which trouble happens to which line, server or tab, when, and for how long.

import { Dice } from "./dice.mjs";
import { OF_ALL_SERVERS, OF_A_LINE, OF_A_SERVER, OF_A_TAB } from "./troubles.mjs";

/** The range of ms between two troubles of a line. */
const WELL = /** @type {const} */ ([3_000, 9_000]);

/** The range of ms between two troubles of the servers. */
const APART = /** @type {const} */ ([10_000, 18_000]);

/** The range of ms between two troubles of the tabs. */
const BETWEEN_TABS = /** @type {const} */ ([2_000, 5_000]);

/** Every other trouble of a tab is for the leader. */
const LEADERS = 0.5;

/**
 * @typedef {{at: number, kind: string, line: string, lasts: number}} LineTrouble
 * @typedef {{at: number, kind: string, server: number, lasts: number}} ServerTrouble
 * @typedef {{at: number, kind: string, tab: string, line: string, isForLeader: boolean, lasts: number}} TabTrouble
 *   `isForLeader`: it is for the leader among the tabs on this line, if there is one
 *   Times are in ms since the beginning
 */

/**
 * @param {{seed: number, seconds: number, troubles: string[]}} options
 * @param {{lines: string[], servers: number, late?: {line: string, at: number}, tabs?: Tab[]}} cast
 * @typedef {{name: string, line: string, from: number}} Tab `from`: when it is opened, in ms since the beginning
 */
export function schedule({ seed, seconds, troubles }, { lines, servers, late, tabs = [] }) {
  const dice = new Dice(seed);
  const end = 1_000 * seconds;
  const of = (/** @type {object} */ kinds) => troubles.filter((kind) => kind in kinds);
  return {
    lines: lineTroubles(dice, end, of(OF_A_LINE), lines, late),
    servers: serverTroubles(dice, end, of({ ...OF_A_SERVER, ...OF_ALL_SERVERS }), servers),
    tabs: tabTroubles(dice, end, of(OF_A_TAB), tabs),
  };
}

/**
 * @param {Dice} dice @param {number} end @param {string[]} kinds @param {string[]} lines
 * @param {{line: string, at: number}} [late] the line that goes dark at this time
 */
function lineTroubles(dice, end, kinds, lines, late) {
  const deck = new Deck(dice, kinds);
  /** @type {LineTrouble[]} */
  const planned = [];
  const free = new Map(lines.map((line) => [line, dice.between(...WELL)]));
  if (late) planned.push(darkness(late, free, dice));
  while (kinds.length > 0) {
    const [line, at] = [...free].reduce((first, other) => (other[1] < first[1] ? other : first));
    if (at >= end) break;
    const kind = deck.draw();
    const ranges = OF_A_LINE[kind]?.lasts;
    const lasts = ranges ? Math.min(dice.between(...dice.pick(ranges)), end - at) : 0;
    planned.push({ at, kind, line, lasts });
    free.set(line, at + lasts + dice.between(...WELL));
  }
  return planned.sort((one, other) => one.at - other.at);
}

/** @param {{line: string, at: number}} late @param {Map<string, number>} free @param {Dice} dice */
function darkness(late, free, dice) {
  const lasts = 3_000;
  free.set(late.line, late.at + lasts + dice.between(...WELL));
  return { ...late, kind: "dark", lasts };
}

/** @param {Dice} dice @param {number} end @param {string[]} kinds @param {number} servers */
function serverTroubles(dice, end, kinds, servers) {
  const deck = new Deck(dice, kinds);
  /** @type {ServerTrouble[]} */
  const planned = [];
  if (kinds.length === 0) return planned;
  for (let at = dice.between(4_000, 6_000); at < end; at += dice.between(...APART)) {
    const server = Math.floor(dice.roll() * servers);
    planned.push({ at, kind: deck.draw(), server, lasts: dice.between(0, 1_500) });
  }
  return planned;
}

/** @param {Dice} dice @param {number} end @param {string[]} kinds @param {Tab[]} tabs */
function tabTroubles(dice, end, kinds, tabs) {
  const deck = new Deck(dice, kinds);
  /** @type {TabTrouble[]} */
  const planned = [];
  if (kinds.length === 0 || tabs.length === 0) return planned;
  for (let at = dice.between(...BETWEEN_TABS); at < end; at += dice.between(...BETWEEN_TABS)) {
    const kind = deck.draw();
    const { name: tab, line } = dice.pick(tabs.filter(({ from }) => from <= at));
    const isForLeader = dice.roll() < LEADERS;
    const lasts = Math.min(dice.between(...(OF_A_TAB[kind]?.lasts ?? [0, 0])), end - at);
    planned.push({ at, kind, tab, line, isForLeader, lasts });
  }
  return planned;
}

/** Deals each kind once before it repeats any, so that a short storm contains them all. */
class Deck {
  /** @type {string[]} */
  #left = [];

  /** @param {Dice} dice @param {string[]} kinds */
  constructor(dice, kinds) {
    this.dice = dice;
    this.kinds = kinds;
  }

  draw() {
    if (this.#left.length === 0) this.#left = this.dice.shuffled(this.kinds);
    return /** @type {string} */ (this.#left.pop());
  }
}
