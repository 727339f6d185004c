// Who takes part in a storm.

/**
 * A page. `device`: the browser that it is opened in, by default a separate one; `throws`: it has listeners that throw;
 * `options`: those of its inbox.
 *
 * @typedef {{name: string, user: string, device?: string, throws?: boolean, options?: object}} Role
 * @typedef {{roles: Role[], late: string, reloads?: string}} Cast `late` joins in the storm; `reloads` is reloaded once
 */

/** Three users, two of them with two browsers. @type {Cast} */
const PAGES = {
  roles: [
    { name: "ana", user: "ana" },
    { name: "ana-throws", user: "ana", throws: true },
    { name: "ben", user: "ben" },
    { name: "ben-late", user: "ben" },
    { name: "chi-reloads", user: "chi" },
  ],
  late: "ben-late",
  reloads: "chi-reloads",
};

/** Three users with a browser each, whose tabs share its connection and keep their messages. @type {Cast} */
const TABS = {
  roles: [
    tab("ana-1", "ana"),
    { ...tab("ana-throws", "ana"), throws: true },
    tab("ana-3", "ana"),
    tab("ana-late", "ana"),
    tab("ben-1", "ben"),
    tab("ben-2", "ben"),
    tab("chi", "chi"),
  ],
  late: "ana-late",
};

/** @param {{hasTabs: boolean}} options */
export function castOf({ hasTabs }) {
  return hasTabs ? TABS : PAGES;
}

/** @param {string} name @param {string} user @returns {Role} */
function tab(name, user) {
  return { name, user, device: user, options: { user, share: true, persist: true } };
}
