// The client of an inbox. It holds no connection logic: until the core is loaded it queues calls in order, and from then
// on it forwards them.

import { debugMode } from "./debug-mode.js";
import { loadCore } from "./load.js";
import { IDLE } from "./idle.js";
import { wakeAfter } from "./wake.js";

// A registered symbol is the same in every copy of the package that is bundled into a page, so two copies find
// one client and with it one connection. The number is the major version: what it names must stay compatible.
const CLIENT = Symbol.for("inbox-socket.0");

// In ms, before the core is loaded again: after its first failures, and after each later one.
const LOAD_DELAYS = [1_000, 2_000, 5_000, 10_000];
const LONGEST_LOAD_DELAY = 30_000;

// The subscription of a component that has no conversation yet.
const NOTHING = Object.freeze({ lastMessage: null, release() {} });

/** @typedef {import("../wasm/core.js").Inbox} Inbox */
/** `began` is called with each inbox that loads the core. @typedef {import("../index.js").Options & {time?: any, began?: (inbox: any) => void}} Overrides */

/** The client of the page's default inbox, made on first use. */
export function client() {
  return (globalThis[CLIENT] ??= createClient());
}

export function createClient() {
  /** The page's inbox, once that is loaded. @type {Inbox | undefined} */
  let core;
  /** The load under way. @type {object | undefined} */
  let loading;
  // How often loading has failed in a row.
  let failures = 0;
  /** Cancels the scheduled load. @type {(() => void) | undefined} */
  let cancelLoad;
  /** @type {import("../index.js").ConnectionState} */
  let state = IDLE;
  /** @type {import("../index.js").Options} */
  let options = {};
  /** The latest value of the option `user`. @type {import("../index.js").Options["user"]} */
  let user;
  // Calls made before the core was loaded, in order.
  /** @type {Set<(core: Inbox) => void>} */
  const pending = new Set();
  /** @type {Set<() => void>} */
  const watchers = new Set();
  // Functions that end each subscription, including the client's own to the core's state.
  /** @type {Set<() => void>} */
  const subscriptions = new Set();
  function withCore(action) {
    if (core) return action(core);
    pending.add(action);
    load();
  }

  /** Removes an action from the queue. If none is left, a failed load is not retried. */
  function withoutCore(action) {
    if (!pending.delete(action) || pending.size > 0 || loading) return;
    cancelLoad?.();
    setState(IDLE);
  }

  async function load() {
    if (core || loading) return;
    const mine = (loading = {});
    cancelLoad?.();
    // The error of a failed load is shown until one succeeds.
    setState({ ...state, isConnecting: true });
    try {
      const { overrides } = client();
      overrides.began?.(api);
      const log = debugMode(options.debug);
      const all = { ...overrides, ...options, user };
      // All at once, so that diagnosis sees the first attempt too.
      const [loaded] = await Promise.all([loadCore(all), log !== undefined && api.debug(log)]);
      if (loading !== mine) return;
      start(loaded.createInbox(all));
    } catch (error) {
      if (loading !== mine) return;
      const shown = `Unable to load inbox-socket: ${/** @type {any} */ (error)?.message ?? error}`;
      // All listeners may have left meanwhile.
      setState(pending.size > 0 ? { ...IDLE, error: shown } : IDLE);
      if (pending.size > 0) {
        cancelLoad = wakeAfter(LOAD_DELAYS[failures++] ?? LONGEST_LOAD_DELAY, (event) => {
          // The network or the page has changed, so the delays start over.
          if (event) failures = 0;
          load();
        });
      }
    }
    loading = undefined;
  }

  /** @param {Inbox} loaded */
  function start(loaded) {
    subscriptions.add(loaded.subscribeState(() => setState(loaded.getState())));
    // Actions added by these calls run after them.
    for (const action of pending) {
      pending.delete(action);
      action(loaded);
    }
    core = loaded;
    // The core announces nothing if all listeners left while it was loading.
    setState(loaded.getState());
  }

  function setState(next) {
    state = next;
    for (const watcher of [...watchers]) {
      // An earlier watcher may have removed this one.
      if (watchers.has(watcher)) watcher();
    }
  }

  function isUsed() {
    return core || loading || pending.size > 0;
  }

  function changeUser(next) {
    if (next === undefined || next === user) return;
    user = next;
    if (!isUsed()) return;
    // The connection was used before, perhaps by another user who was never named.
    withCore((core) => (next === null ? core.disconnect(next) : core.changeUser(next)));
  }

  /** Returns the inbox's method of this name, which returns a promise, as one that can be called before it is loaded. */
  function forward(name) {
    return (...args) =>
      core ? core[name](...args) : new Promise((resolve) => withCore((core) => resolve(core[name](...args))));
  }

  // Each open conversation has one, so `lastMessage` is shared through the prototype.
  class Listening {
    /** The core's subscription, once the core is loaded. @type {import("../wasm/core.js").Subscription | undefined} */
    #begun;

    constructor(conversationId, listener, how) {
      let isOver = false;
      /** @type {((core: Inbox) => void) | undefined} */
      let begin = (core) => {
        // Releases the function for the garbage collector.
        begin = undefined;
        this.#begun = core.useWebSocket(conversationId, listener, how);
        // That call may have called release().
        if (isOver) this.release();
      };
      this.release = () => {
        isOver = true;
        subscriptions.delete(this.release);
        withoutCore(begin);
        this.#begun?.release();
        this.#begun = undefined;
      };
      subscriptions.add(this.release);
      withCore(begin);
    }
    get lastMessage() {
      return this.#begun?.lastMessage ?? null;
    }
  }

  const api = {
    /** What a test sets for all inboxes, in that of the page: see reset(). @type {Overrides} */
    overrides: {},
    /** Subscribes like `subscribe`, and keeps the last message. */
    listen(conversationId, listener, how) {
      if (conversationId === false) return NOTHING;
      checkConversation(conversationId);
      return new Listening(conversationId, listener, how);
    },
    subscribe(conversationId, listener, how) {
      checkConversation(conversationId);
      checkFunction("listener", listener);
      return new Listening(conversationId, listener, how).release;
    },
    sendMessage: forward("sendMessage"),
    send: forward("send"),
    requestMessages: forward("requestMessages"),
    retry() {
      if (core) core.retry();
      // Retry loading; the core then connects by itself. With an empty queue there is nothing to connect for.
      else if (pending.size > 0) load();
    },
    disconnect() {
      if (isUsed()) withCore((core) => core.disconnect());
    },
    /** Does not check the options: configure.js does. */
    configure(wanted) {
      const { user: nextUser, ...others } = wanted;
      const all = { ...options, ...others };
      // A hot-reloaded module repeats the same options.
      if (isUsed() && serialize(all) !== serialize(options)) {
        throw new Error("configure() must be called before the connection is used, except for `user`");
      }
      options = all;
      changeUser(nextUser);
    },
    getState: (id) => core?.getState(id) ?? state,
    subscribeState(listener) {
      checkFunction("listener", listener);
      // A new function each time, so that a listener can be registered twice.
      const watcher = () => call(listener);
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    getStats: () => core?.getStats() ?? null,
    // For lib/diagnosis and lib/devtools, which may be those of another copy of the package.
    get core() {
      return core;
    },
    get options() {
      return options;
    },
    // Also callable from the browser's console on a running page.
    debug: (log = false) =>
      import("./diagnosis/diagnose.js").then(
        ({ diagnose }) => diagnose(api, log),
        () => {},
      ),
    // Between two tests: ends all subscriptions and resets all state except the options, which an application sets
    // once.
    /** @param {Overrides} replaced */
    reset(replaced) {
      watchers.clear();
      for (const end of subscriptions) end();
      subscriptions.clear();
      core?.disconnect();
      core = loading = undefined;
      pending.clear();
      cancelLoad?.();
      failures = 0;
      state = IDLE;
      api.overrides = replaced;
    },
  };
  return api;
}

function call(listener) {
  try {
    listener();
  } catch (error) {
    // Node.js has no reportError(), and an error thrown from a timer ends its process.
    (globalThis.reportError ?? console.error)(error);
  }
}

// Ignores functions: a hot-reloaded one is never identical.
const serialize = (options) => Object.keys(options) + JSON.stringify(options);

function checkConversation(id) {
  if (id === null || id === undefined || typeof id === "string") return;
  // JavaScript rounds larger numbers, so they would name another conversation.
  if (typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER) return;
  throw new TypeError(
    `\`conversationId\` must be a number up to 2^53 - 1, a string, null or undefined; got ${String(id)}`,
  );
}

export function checkFunction(name, value) {
  if (typeof value !== "function") throw new TypeError(`\`${name}\` must be a function; got ${String(value)}`);
}

export function checkInbox(value) {
  if (!value?.listen) throw new TypeError(`\`inbox\` must be an inbox of createInbox(); got ${String(value)}`);
}
