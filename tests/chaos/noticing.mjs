// Measures how long pages took to notice a dead connection, and to reconnect once the network was back.

import { hangsOf, heldUpUntil } from "./hangs.mjs";

/**
 * @typedef {import("./storm.mjs").Outcome} Outcome
 * @typedef {import("./storm.mjs").Incident} Incident
 * @typedef {import("./storm.mjs").Stay} Stay
 */

/**
 * The most ms from a message on a dead connection until the page notices. The same holds for tabs that share one: the
 * leader's hub waits as long for the replies to their messages (`REPLY_WITHIN` in src/tabs/hub.rs), and closes their
 * relays.
 */
const LIMIT = 6_000;

/**
 * The ms that a page waits longer before its first welcome, because it doesn't know yet whether the server has layer 1
 * (`WELCOME_WITHIN` in src/core/server.rs).
 */
const UNTIL_WELCOMED = 3_000;

/** The most ms that a quick answer takes. */
const QUICK = 2_000;

/** Lost connections in a row, less the quick answers since, after which a page may wait longer. */
const STRIKES = 3;

/** @param {Outcome} outcome @returns {import("./checks.mjs").Finding} */
export function noticing({ stays, incidents }) {
  const hangs = hangsOf(incidents, stays);
  const cases = stays.flatMap((stay) =>
    deaths(stay, incidents).flatMap((incident) => noticed(stay, incident, hangs) ?? []),
  );
  const measured = cases.filter(({ isDue }) => isDue);
  const excepted = cases.length - measured.length;
  const failures = measured
    .filter(({ took, limit }) => took > limit)
    .map(({ stay, incident, took, wasNoticed }) => {
      const what = wasNoticed ? `noticed after ${took} ms` : `not noticed within ${took} ms`;
      return { page: stay.name, at: incident.from, what: `${incident.kind}: ${what}` };
    });
  const took = measured.filter(({ wasNoticed }) => wasNoticed).map(({ took }) => took);
  const summary = `${spread(took)} from a message on a dead connection until noticed, at most ${LIMIT} ms`;
  const exceptions = excepted > 0 ? `; ${excepted} more in pages that had lost several connections in a row` : "";
  return { name: "noticed", summary: summary + exceptions, failures };
}

/** @param {Outcome} outcome */
export function returning({ stays, incidents }) {
  const took = stays.flatMap((stay) => outages(stay).map((outage) => returned(stay, outage, incidents)));
  return `${spread(took)} from the end of an outage until connected`;
}

/** Returns the incidents that killed a live connection of the page. @param {Stay} stay @param {Incident[]} incidents */
function deaths(stay, incidents) {
  let deadUntil = -Infinity;
  return incidents.filter((incident) => {
    const { isDeath, from, revived } = incident;
    if (!isDeath || !isOn(stay, incident) || !isConnectedAt(stay, from) || from < deadUntil) return false;
    const lost = stay.states.find(({ at, isConnected }) => at >= from && !isConnected)?.at ?? Infinity;
    deadUntil = Math.min(lost, revived);
    return true;
  });
}

/**
 * Returns how long a page took to notice a dead connection. `isDue`: the limit applies, because the page has not lost
 * enough connections to wait longer.
 *
 * @param {Stay} stay
 * @param {Incident} incident
 * @param {import("./hangs.mjs").Hang[]} hangs
 */
function noticed(stay, incident, hangs) {
  const { from, revived } = incident;
  const said = stay.sent.find(({ at }) => at >= from);
  const lost = stay.states.find(({ at, isConnected }) => at >= from && !isConnected)?.at ?? Infinity;
  if (!said || said.at > lost || said.at > revived) return undefined;
  const until = Math.min(revived, stay.left);
  const end = Math.min(lost, until);
  const took = end - Math.max(said.at, heldUpUntil(stay, hangs, end));
  const wasNoticed = lost <= until;
  const limit = LIMIT + (from < (stay.welcomed ?? Infinity) ? UNTIL_WELCOMED : 0);
  // The connection revived, or the page was reloaded, within the limit.
  if (!wasNoticed && took <= limit) return undefined;
  return { stay, incident, took, limit, wasNoticed, isDue: strikes(stay, from) < STRIKES };
}

/**
 * Returns the number of connections that a page had lost before a time, less the quick answers since each.
 *
 * @param {Stay} stay
 * @param {number} time
 */
function strikes({ states, sent }, time) {
  const lost = states
    .filter(({ isConnected }, n) => !isConnected && states[n - 1]?.isConnected)
    .map(({ at }) => ({ at, by: 1 }));
  const answers = sent.flatMap(({ at, settled, connected }) =>
    connected && settled !== undefined && settled - at <= QUICK ? [{ at: settled, by: -1 }] : [],
  );
  return [...lost, ...answers]
    .filter(({ at }) => at < time)
    .sort((one, other) => one.at - other.at)
    .reduce((count, { by }) => Math.max(0, count + by), 0);
}

/** Returns the times from the loss of each connection until the page was connected again. @param {Stay} stay */
function outages({ states }) {
  /** @type {{lost: number, back: number}[]} */
  const outages = [];
  let lost = Infinity;
  for (const { at, isConnected } of states) {
    if (!isConnected) lost = Math.min(lost, at);
    else if (lost < Infinity) {
      outages.push({ lost, back: at });
      lost = Infinity;
    }
  }
  return outages;
}

/**
 * Returns the ms from the last trouble within an outage (or its beginning, if it had none) until the page reconnected.
 *
 * @param {Stay} stay
 * @param {{lost: number, back: number}} outage
 * @param {Incident[]} incidents
 */
function returned(stay, { lost, back }, incidents) {
  const ends = incidents.filter((incident) => isOn(stay, incident)).map(({ until }) => until);
  return back - Math.max(lost, ...ends.filter((end) => end < back));
}

/** Returns whether an incident hit the page before it left. @param {Stay} stay @param {Incident} incident */
function isOn(stay, { line, from }) {
  return (line === undefined || line === stay.line) && from <= stay.left;
}

/** @param {Stay} stay @param {number} time */
function isConnectedAt(stay, time) {
  return stay.states.findLast(({ at }) => at <= time)?.isConnected === true;
}

/** @param {number[]} times in ms */
function spread(times) {
  if (times.length === 0) return "none";
  const sorted = times.toSorted((one, other) => one - other);
  return `${times.length}: median ${sorted[Math.floor(sorted.length / 2)]} ms, longest ${sorted.at(-1)} ms`;
}
