// How long the pages took to notice a dead connection, and to be back when the network was.

/**
 * @typedef {import("./storm.mjs").Outcome} Outcome
 * @typedef {import("./storm.mjs").Incident} Incident
 * @typedef {import("./storm.mjs").Stay} Stay
 */

/** From a message on a dead connection to the page's noticing, in ms. */
const LIMIT = 6_000;

/** An answer within this time is a quick one, in ms. */
const QUICK = 2_000;

/** Connections that are lost in a row, less the quick answers since, before a page may grow patient. */
const STRIKES = 3;

/** @param {Outcome} outcome @returns {import("./checks.mjs").Finding} */
export function noticing({ stays, incidents }) {
  const cases = stays.flatMap((stay) => deaths(stay, incidents).flatMap((incident) => noticed(stay, incident) ?? []));
  const measured = cases.filter(({ isDue }) => isDue);
  const excepted = cases.length - measured.length;
  const failures = measured
    .filter(({ took }) => took > LIMIT)
    .map(({ stay, incident, took, wasNoticed }) => {
      const what = wasNoticed ? `noticed after ${took} ms` : `not yet noticed after ${took} ms`;
      return { page: stay.name, at: incident.from, what: `${incident.kind}: ${what}` };
    });
  const took = measured.filter(({ wasNoticed }) => wasNoticed).map(({ took }) => took);
  const summary = `${spread(took)} from a message on a dead connection to noticing, at most ${LIMIT} ms`;
  const exceptions = excepted > 0 ? `; ${excepted} more by pages that had lost one connection after the other` : "";
  return { name: "noticed", summary: summary + exceptions, failures };
}

/** @param {Outcome} outcome */
export function returning({ stays, incidents }) {
  const took = stays.flatMap((stay) => outages(stay).map((outage) => returned(stay, outage, incidents)));
  return `${spread(took)} from the network's return to connected`;
}

/** What killed a connection of the page that was alive. @param {Stay} stay @param {Incident[]} incidents */
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
 * How long a page took to notice a death. `isDue`: it may not have grown patient yet.
 *
 * @param {Stay} stay
 * @param {Incident} incident
 */
function noticed(stay, incident) {
  const { from, revived } = incident;
  const said = stay.sent.find(({ at }) => at >= from);
  const lost = stay.states.find(({ at, isConnected }) => at >= from && !isConnected)?.at ?? Infinity;
  if (!said || said.at > lost || said.at > revived) return undefined;
  const until = Math.min(revived, stay.left);
  const took = Math.min(lost, until) - said.at;
  const wasNoticed = lost <= until;
  // It went on, or the page was reloaded, before it had to be noticed.
  if (!wasNoticed && took <= LIMIT) return undefined;
  return { stay, incident, took, wasNoticed, isDue: strikes(stay, from) < STRIKES };
}

/**
 * The connections that a page had lost up to a time, less the quick answers since each.
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

/** From when the page was not connected until when it was again. @param {Stay} stay */
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
 * The ms from the end of the last trouble within an outage, or from its beginning where there was none, to its end.
 *
 * @param {Stay} stay
 * @param {{lost: number, back: number}} outage
 * @param {Incident[]} incidents
 */
function returned(stay, { lost, back }, incidents) {
  const ends = incidents.filter((incident) => isOn(stay, incident)).map(({ until }) => until);
  return back - Math.max(lost, ...ends.filter((end) => end < back));
}

/** Whether it happened to the page before that left. @param {Stay} stay @param {Incident} incident */
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
