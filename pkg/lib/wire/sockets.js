// An inbox with a socket for each conversation: it has the members of the core's inbox, and holds one for each
// conversation that has listeners or frames to send.

import { refuse } from "./checks.js";
import { createInbox as createAdapted } from "./create.js";

export { load } from "./create.js";

// Without an adapter.
const PLAIN = { history: (conversationId) => ({ action: "get_messages", conversation_id: conversationId }) };

/** @param {import("../../index.js").Options} options */
export function createInbox(options) {
  const { url, protocols, protocol, adapter = PLAIN } = options;
  const each = 'with sockets: "each"';
  if (protocol === 1) refuse(`\`protocol\` must be 0 ${each}; got 1`);
  if (typeof url !== "function") refuse(`\`url\` must be a function of { conversationId } ${each}; got ${url}`);
  for (const name of ["conversationId", "join", "leave"]) {
    if (adapter[name]) refuse(`\`adapter.${name}\` must not be set ${each}`);
  }
  const make = (conversationId) => {
    const of = (option) => (typeof option === "function" ? () => option({ conversationId }) : option);
    return createAdapted({ ...options, adapter, url: of(url), protocols: of(protocols) }, conversationId);
  };
  return new Sockets(make);
}

const IDLE = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });

class Sockets {
  /** By conversation id. @type {Map<any, import("../../wasm/core.js").Inbox>} */
  #inboxes = new Map();
  #make;
  // Never connected: it holds the listeners of all conversations, which the others share.
  #hub;
  /** @type {import("../../index.js").ConnectionState} */
  #state = IDLE;
  #watchers = new Set();
  #observers = new Set();
  #past;

  /** @param {(conversationId?: any) => import("../../wasm/core.js").Inbox} make */
  constructor(make) {
    this.#make = make;
    this.#hub = make();
    this.#past = this.#hub.getStats();
  }

  useWebSocket(id, onMessage) {
    if ((id ?? null) !== null) return this.#of(id).useWebSocket(id, onMessage);
    const { listeners } = this.#hub;
    const listener = listeners.add(null, onMessage, true);
    return {
      get lastMessage() {
        return listener.lastMessage;
      },
      release: () => void (listener.callback && listeners.remove(listener)),
    };
  }

  sendMessage(id, ...rest) {
    return this.#post(id, (inbox) => inbox.sendMessage(id, ...rest));
  }

  requestMessages(id) {
    return this.#post(id, (inbox) => inbox.requestMessages(id));
  }

  send(frame, how) {
    return this.#post(how?.conversationId, (inbox) => inbox.send(frame, how));
  }

  retry() {
    for (const inbox of this.inboxes) inbox.retry();
  }

  disconnect() {
    for (const inbox of this.inboxes) inbox.disconnect();
  }

  changeUser() {
    for (const inbox of this.inboxes) inbox.changeUser();
  }

  /** Returns the state of a conversation's connection, or of all together. */
  getState(id) {
    return (id ?? null) === null ? this.#state : (this.#inboxes.get(id)?.getState() ?? IDLE);
  }

  subscribeState(listener) {
    const watcher = () => listener();
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Adds the counters up, those of closed conversations too. */
  getStats() {
    return [this.#past, ...this.inboxes.map((inbox) => inbox.getStats())].reduce(sum);
  }

  // For the diagnosis: see pkg/lib/diagnosis.

  get inboxes() {
    return [...this.#inboxes.values()];
  }

  watchAttempts(observer) {
    this.#observers.add(observer);
    const ends = this.inboxes.map((inbox) => inbox.watchAttempts(observer));
    return () => {
      this.#observers.delete(observer);
      for (const end of ends) end();
    };
  }

  #of(id) {
    const known = this.#inboxes.get(id);
    if (known) return known;
    const inbox = this.#make(id);
    inbox.listeners.everything = this.#hub.listeners.everything;
    this.#inboxes.set(id, inbox);
    inbox.subscribeState(() => {
      this.#tidy(id, inbox);
      this.#announce();
    });
    for (const observer of this.#observers) inbox.watchAttempts(observer);
    return inbox;
  }

  #post(id, post) {
    if (typeof id !== "string" && typeof id !== "number") {
      const reason = `\`conversationId\` must be a number or a string with sockets: "each"; got ${id}`;
      return Promise.resolve({ status: "failed", reason });
    }
    const inbox = this.#of(id);
    return post(inbox).finally(() => this.#tidy(id, inbox));
  }

  /** Forgets a conversation that is not used any more. */
  #tidy(id, inbox) {
    if (this.#inboxes.get(id) !== inbox || !inbox.isIdle) return;
    this.#past = sum(this.#past, inbox.getStats());
    this.#inboxes.delete(id);
    inbox.dispose();
  }

  #announce() {
    const states = this.inboxes.map((inbox) => inbox.getState());
    this.#state = Object.freeze({
      isConnected: states.length > 0 && states.every(({ isConnected }) => isConnected),
      isConnecting: states.some(({ isConnecting }) => isConnecting),
      error: states.find(({ error }) => error !== null)?.error ?? null,
      reconnectAttempts: Math.max(0, ...states.map(({ reconnectAttempts }) => reconnectAttempts)),
    });
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) watcher();
  }
}

function sum(one, other) {
  const both = { ...one };
  for (const name in one) if (name !== "assured") both[name] += other[name];
  return both;
}
