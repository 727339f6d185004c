// The inbox of a page that sets `persist`. Only pages that set it load this folder.
//
// | file | contents |
// | --- | --- |
// | create.js | puts a queue in front of an inbox |
// | queue.js | the queue: carries out what src/core/keeper.rs decides |
// | numbers.js | the numbers of its calls |
// | items.js | its messages, as `pending()` shows them |
// | store.js | their records in IndexedDB |
// | heir.js | takes over what pages that have ended have left |
// | greeting.js | reads which user the server names |
//
// These files import nothing of the page's first code, or a bundler would split that into a further file.

import { compile } from "../../wasm/inline-keeper.js";
import { NOTHING } from "./items.js";
import { Queue } from "./queue.js";

/** The members of an inbox that this folder replaces. */
const REPLACED = ["sendMessage", "send", "disconnect", "changeUser", "getState", "subscribeState", "getStats"];

/** Returns the core with a queue in front of each of its inboxes. @param {{createInbox(options: object): any}} core */
export async function keep(core) {
  const keeper = await compile();
  return { createInbox: (options) => withQueue(core.createInbox(options), keeper, options) };
}

/** @param {any} inbox that of the core or of lib/wire @param {WebAssembly.Module} keeper @param {any} options */
function withQueue(inbox, keeper, options) {
  const core = Object.fromEntries(REPLACED.map((name) => [name, inbox[name].bind(inbox)]));
  const watchers = new Set();
  const announce = () => {
    // An earlier watcher may have removed a later one.
    for (const watcher of [...watchers]) if (watchers.has(watcher)) watcher();
  };
  /** @type {Queue | undefined} */
  let queue;
  const begin = (user) => {
    queue = typeof user === "string" || typeof user === "number" ? createQueue(user) : undefined;
  };
  const createQueue = (user) => new Queue({ inbox, core, keeper, user, options, announce });

  begin(options.user);
  if (options.user === undefined) {
    (globalThis.reportError ?? console.error)(new TypeError("`user` must be set with `persist`; got undefined"));
  }
  core.subscribeState(announce);
  /** Conversation id → the state and the pending messages, and both as one object. */
  const shown = new Map();

  return Object.assign(inbox, {
    sendMessage: (id, message, type, how) =>
      queue ? queue.sendMessage(id, message, type, how) : core.sendMessage(id, message, type, how),
    send: (frame, how) => (queue ? queue.send(frame, how) : core.send(frame, how)),
    /** @param {null} [user] `null` if no user is signed in from now on */
    disconnect(user) {
      queue?.abandon("disconnect() was called before the frame was sent");
      if (user === null) begin(user);
      core.disconnect();
      announce();
    },
    changeUser(user) {
      queue?.leave();
      begin(user);
      core.changeUser();
      announce();
    },
    /** The same object until the state or the pending messages change. */
    getState(id = null) {
      const state = core.getState(id);
      const pending = queue?.pending(id) ?? NOTHING;
      const last = shown.get(id);
      if (last?.state === state && last.pending === pending) return last.both;
      const both = Object.freeze({ ...state, pending });
      shown.set(id, { state, pending, both });
      return both;
    },
    subscribeState(listener) {
      // A new function each time, so that a listener can be registered twice.
      const watcher = () => listener();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    getStats() {
      const stats = core.getStats();
      return { ...stats, queued: stats.queued + (queue?.waiting ?? 0) };
    },
    resend: (clientId) => queue?.resend(clientId),
    discard: (clientId) => queue?.discard(clientId) ?? false,
  });
}
