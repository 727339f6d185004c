// The inbox of a page that sets `share`. Only pages that set it load this folder.
//
// | file | contents |
// | --- | --- |
// | create.js | makes the inbox |
// | share.js | its part among the tabs: carries out what src/tabs decides |
// | hub.js | the frames that pass through a leader |
// | sockets.js | what the core opens as its socket |
// | timers.js | the core's timers, which another tab can ring |
// | numbers.js | the numbers that this folder and src/sharing.rs pass to each other |
//
// These files import nothing of the page's first code, or a bundler would split that into a further file.

import { callTab, createInbox as createCore, load as loadCore } from "../../wasm/shared.js";
import { POLL } from "./numbers.js";
import { Share } from "./share.js";
import { Timers } from "./timers.js";

const timers = new Timers();

/** @param {any} wasm that of the core */
export async function load(wasm) {
  await loadCore(wasm);
  try {
    callTab(0, POLL, 0, 0, 0, 0, 0, 0);
  } catch {
    throw new TypeError("`wasm` must be shared.wasm with `share`; got another one");
  }
}

/** @param {any} options */
export function createInbox(options) {
  const { adapter, sockets, protocol, time } = options;
  const other = adapter ? "adapter" : sockets === "each" ? 'sockets: "each"' : protocol === 0 && "protocol: 0";
  if (other) throw new TypeError(`\`share\` must not be set with \`${other}\``);
  timers.base = time ?? globalThis;
  const share = new Share(options, timers);
  const { url, protocols } = share;
  const inbox = createCore({ ...options, url, protocols, time: timers });
  const { disconnect, changeUser, getState, getStats } = inbox;
  const shown = new WeakMap();
  const end = share.attach(inbox);
  return Object.assign(inbox, {
    /** For all tabs of this user. @param {null} [user] */
    disconnect(user) {
      share.signOut(user);
      disconnect.call(inbox, user);
    },
    changeUser(user) {
      share.changeUser(user);
      changeUser.call(inbox, user);
    },
    /** The same object until the state or the role changes. */
    getState(id) {
      const state = getState.call(inbox, id);
      const { role } = share;
      let both = shown.get(state);
      if (both?.role !== role) shown.set(state, (both = Object.freeze({ ...state, role })));
      return both;
    },
    getStats: () => ({ ...getStats.call(inbox), role: share.role, followers: share.followers }),
    dispose: () => {
      end();
      Object.getPrototypeOf(inbox).dispose.call(inbox);
    },
  });
}
