// The page's one client. It holds no logic of the connection: until the core is loaded it keeps what it is asked
// for, in order, and from then on it hands every call on.

import { checkOptions } from "./options.js";
import { loadCore } from "./load.js";
import { IDLE } from "./idle.js";

// A registered symbol is the same in every copy of the package that is bundled into a page, so two copies find
// one client and with it one connection. The number is the major version: what it names must stay compatible.
const CLIENT = Symbol.for("inbox-socket.0");

/** The page's client, made on first use. */
export function client() {
  return (globalThis[CLIENT] ??= createClient());
}

function createClient() {
  /** @type {typeof import("../wasm/core.js") | null} */
  let core = null;
  let loading = false;
  /** @type {import("../index.js").ConnectionState} */
  let state = IDLE;
  /** @type {import("../index.js").Options} */
  let options = {};
  // What was asked for before the core was there, in order; each entry does one thing with the core.
  /** @type {((core: typeof import("../wasm/core.js")) => void)[]} */
  let pending = [];
  /** @type {Set<() => void>} */
  const watchers = new Set();

  function withCore(action) {
    if (core) return action(core);
    pending.push(action);
    load();
  }

  async function load() {
    if (core || loading) return;
    loading = true;
    setState({ ...IDLE, isConnecting: true });
    try {
      const loaded = await loadCore(options.wasm);
      loaded.configure(options);
      start(loaded);
    } catch (error) {
      setState({ ...IDLE, error: `Unable to load inbox-socket: ${error instanceof Error ? error.message : error}` });
    } finally {
      loading = false;
    }
  }

  /** @param {typeof import("../wasm/core.js")} loaded */
  function start(loaded) {
    core = loaded;
    loaded.subscribeState(() => setState(loaded.getState()));
    const asked = pending;
    pending = [];
    for (const action of asked) action(loaded);
    // Even if the core has nothing to announce, because all who subscribed have left while it was loading.
    setState(loaded.getState());
  }

  function setState(next) {
    state = next;
    for (const watcher of [...watchers]) call(watcher);
  }

  function post(name, values) {
    return new Promise((resolve) => withCore((core) => resolve(core[name](...values))));
  }

  const self = {
    useWebSocket(conversationId, onMessage) {
      checkConversation(conversationId);
      const listener = onMessage ?? (() => {});
      checkFunction("onMessage", listener);
      /** @type {import("../wasm/core.js").Subscription | undefined} */
      let subscription;
      let released = false;
      withCore((core) => {
        if (!released) subscription = core.useWebSocket(conversationId, listener);
      });
      return {
        get isConnected() { return state.isConnected; },
        get isConnecting() { return state.isConnecting; },
        get error() { return state.error; },
        get reconnectAttempts() { return state.reconnectAttempts; },
        get lastMessage() { return subscription?.lastMessage ?? null; },
        sendMessage: self.sendMessage,
        requestMessages: self.requestMessages,
        retry: self.retry,
        release() {
          released = true;
          // Freed here and now: the garbage collector would do so too, some time after everyone has left.
          const ended = subscription;
          subscription = undefined;
          ended?.release();
          ended?.free();
        },
      };
    },
    subscribe(conversationId, listener) {
      checkFunction("listener", listener);
      return self.useWebSocket(conversationId, listener).release;
    },
    sendMessage: (...values) => post("sendMessage", values),
    send: (...values) => post("send", values),
    requestMessages: (...values) => post("requestMessages", values),
    retry() {
      if (core) core.retry();
      // What is to be tried again is loading; the core then connects by itself. With nothing asked for yet there
      // is nothing to connect for.
      else if (pending.length > 0) load();
    },
    disconnect() {
      if (core || pending.length > 0) withCore((core) => core.disconnect());
    },
    configure(wanted) {
      checkOptions(wanted);
      if (core || pending.length > 0) {
        throw new Error("configure() was called after the connection had been used; call it once, before first use");
      }
      options = wanted;
    },
    getState: () => state,
    subscribeState(listener) {
      checkFunction("listener", listener);
      // A function of its own each time, so that the same listener may be given twice.
      const watcher = () => listener();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    getStats: () => core?.getStats() ?? null,
  };
  return self;
}

function call(listener) {
  try {
    listener();
  } catch (error) {
    if (typeof reportError === "function") reportError(error);
    else setTimeout(() => { throw error; });
  }
}

function checkConversation(id) {
  if (id === null || id === undefined || typeof id === "string" || Number.isFinite(id)) return;
  throw new TypeError(`conversationId is ${String(id)}; expected a number, a string, null or undefined`);
}

function checkFunction(name, value) {
  if (typeof value !== "function") throw new TypeError(`${name} is ${String(value)}; expected a function`);
}
