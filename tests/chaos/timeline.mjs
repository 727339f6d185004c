// Lists the events around a moment: the troubles of the network and the servers, and a page's reactions.

import { grouped } from "./grouped.mjs";

/** The ms before and after the moment. */
const AROUND = 12_000;

/** @typedef {{at: number, what: string, heard?: import("./page.ts").Heard}} Entry */

/**
 * @param {import("./storm.mjs").Outcome} outcome
 * @param {number} moment
 * @param {string} [page] the page with the failure
 */
export function timeline({ incidents, stays }, moment, page) {
  const line = stays.find(({ name }) => name === page)?.line;
  const entries = incidents
    .filter((incident) => incident.line === undefined || line === undefined || incident.line === line)
    .flatMap(entriesOf);
  for (const stay of stays) if (stay.name === page) entries.push(...entriesOfPage(stay));
  const around = entries.filter(({ at }) => Math.abs(at - moment) <= AROUND).sort((one, other) => one.at - other.at);
  return runs(around).map(({ at, what }) => `${at > moment ? "+" : ""}${at - moment} ms  ${what}`);
}

/** @param {import("./storm.mjs").Incident} incident @returns {Entry[]} */
function entriesOf({ kind, line, tab, server, from, until }) {
  const where = tab ?? line ?? (kind === "redis" ? "both servers:" : `server ${server}:`);
  const begins = { at: from, what: `${where} ${kind}` };
  return until - from < 10 ? [begins] : [begins, { at: until, what: `${where} ${kind} is over` }];
}

/** @param {import("./storm.mjs").Stay} stay @returns {Entry[]} */
function entriesOfPage({ name, began, welcomed, states, heard }) {
  return [
    { at: began, what: `${name} subscribes` },
    { at: welcomed ?? Infinity, what: `${name} receives its first welcome` },
    ...states.map(({ at, isConnected, error, role }) => {
      const connection = isConnected ? "connected" : `not connected: ${error}`;
      return { at, what: `${name} is ${connection}${role ? `, ${role}` : ""}` };
    }),
    ...heard.map((heard) => ({ at: heard.at, what: name, heard })),
  ];
}

/** Merges consecutive messages into one entry. @param {Entry[]} entries */
function runs(entries) {
  /** @type {{at: number, what: string}[]} */
  const told = [];
  for (let n = 0; n < entries.length; ) {
    const entry = /** @type {Entry} */ (entries[n]);
    let end = n;
    while (entries[end]?.heard) end += 1;
    if (end === n) told.push(entry);
    else told.push({ at: entry.at, what: `${entry.what} receives ${ranges(entries.slice(n, end))}` });
    n = Math.max(end, n + 1);
  }
  return told;
}

/** @param {Entry[]} entries */
function ranges(entries) {
  const heard = grouped(
    entries.flatMap(({ heard }) => heard ?? []),
    ({ conversation }) => conversation,
  );
  return [...heard]
    .map(([conversation, all]) => `${conversation}: ${all.length} from ${all[0]?.seq} to ${all.at(-1)?.seq}`)
    .join(", ");
}
