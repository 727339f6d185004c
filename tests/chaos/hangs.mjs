// How a tab that hangs delays when pages notice a dead connection.

/**
 * @typedef {import("./storm.mjs").Incident} Incident
 * @typedef {import("./storm.mjs").Stay} Stay
 * @typedef {Incident & {stay: Stay | undefined}} Hang `stay`: the page that hung
 */

/** @param {Incident[]} incidents @param {Stay[]} stays @returns {Hang[]} */
export function hangsOf(incidents, stays) {
  return incidents.filter(({ kind }) => kind === "hang").map((hang) => ({ ...hang, stay: stayOf(hang, stays) }));
}

/**
 * Returns the time from which on a page had to notice a dead connection, if it did so at `end`; -Infinity if nothing
 * held it up. After its own hang, or that of the leader whose connection it uses, the wait begins anew, because the
 * reply may have arrived meanwhile (`HELD_UP` in src/core/session.rs and in src/tabs/hub.rs). While the leader hangs,
 * its followers wait from the beginning of the hang (`SILENT_AFTER` in src/tabs/tab.rs).
 *
 * @param {Stay} stay
 * @param {Hang[]} hangs
 * @param {number} end
 */
export function heldUpUntil(stay, hangs, end) {
  const times = hangs
    .filter(({ from }) => from < end)
    .map((hang) => {
      if (hang.stay === stay) return Math.min(hang.until, end);
      const isOfLeader = hang.line === stay.line && roleAt(hang.stay, hang.from) === "leader";
      if (!isOfLeader) return -Infinity;
      return hang.until <= end ? hang.until : hang.from;
    });
  return Math.max(-Infinity, ...times);
}

/** Returns the page that an incident of a tab happened to. @param {Incident} incident @param {Stay[]} stays */
function stayOf({ tab, from }, stays) {
  return stays.find((stay) => stay.tab === tab && stay.began <= from && from <= stay.left);
}

/** @param {Stay | undefined} stay @param {number} time */
function roleAt(stay, time) {
  return stay?.states.findLast(({ at }) => at <= time)?.role;
}
