// An inbox: the API, and what Rust asks for, carried out. See the map in mod.rs.

import { Connection, watchAttempts } from "./connection.js";
import { Incoming } from "./incoming.js";
import {
  ACCEPT, ADD_PAIR, ASK_ADDRESS, CHANGE_USER, CLOSED, CONFIGURE, CONNECT_TIMEOUT, DELIVER_HELD, DISCONNECT, FORGET_CONVERSATIONS,
  FORGET_HELD, FRAME_LIMIT, HEARTBEAT, INSPECT, IS_COUNTED, IS_UNDER_WAY, IS_WANTED, JITTER, KEEPALIVE, LET_GO, LINGER,
  MAX_ATTEMPTS, MESSAGE, MESSAGE_LIMIT, OPEN, OPENED, OTHER, PAIR, PROTOCOL, QUEUE_LIMIT, RECONNECT_DELAY, REPORT_GAP,
  REQUEST, RETRY, SAY_HELLO, SAY_KEEPALIVE, SAY_PING, SAY_SYNC, SEND, STAT, SUBSCRIBE, TRANSMIT, UNSUBSCRIBE, WAS_DELIVERED,
  WAS_SENT, WATCH_PAGE,
} from "./numbers.js";
import { Outgoing } from "./outgoing.js";

/** By the number under which Rust knows it. @type {Inbox[]} */
const inboxes = [];

/** What Rust asks for; see numbers.js, and imports.rs for what each takes and returns. */
export const effect = (inbox, what, a, b, c) => inboxes[inbox].carryOut(what, a, b, c);
export const through = (inbox, socket, what, a, b) => inboxes[inbox].carryOutThrough(socket, what, a, b);
export const open = (inbox, socket) => inboxes[inbox].open(socket);
export const refuse = (inbox, reason) => inboxes[inbox].refuse(reason);
export const settle = (inbox, send, outcome, reason) => inboxes[inbox].settle(send, outcome, reason);
export const showState = (inbox, ...state) => inboxes[inbox].showState(...state);

const DEFAULTS = { protocol: 1, frameLimit: FRAME_LIMIT, messageLimit: MESSAGE_LIMIT };

// In the order of Stats::list in src/core/stats.rs; tests/package/copies.test.mjs compares them.
const STATS = [
  "attempts", "handshakes", "reconnections", "framesIn", "framesOut", "charactersIn", "charactersOut", "framesParsed",
  "framesDelivered", "framesDropped", "duplicates", "recovered", "gaps", "pings", "assured", "listeners", "queued",
  "connectedMs",
];

export class Inbox {
  outgoing = new Outgoing();
  #tell;
  #incoming;
  #connection;
  #options = DEFAULTS;
  // The frame that is being handed to Rust.
  #posted;
  // Slots and numbers that Rust is handing over.
  #pairs = [];

  /** @param {number} number @param command that of the wasm's exports */
  constructor(number, command) {
    inboxes[number] = this;
    this.#tell = (what, a = 0, b = 0, c = 0, d = 0, e = 0) => command(number, what, a, b, c, d, e);
    this.#incoming = new Incoming(this.#tell, this.outgoing);
    this.#connection = new Connection(this.#tell);
  }

  // The API: see pkg/index.d.ts.

  useWebSocket(conversationId, onMessage) {
    return new Subscription(this, this.#listen(conversationId, onMessage, true));
  }

  subscribe(conversationId, callback) {
    const listener = this.#listen(conversationId, callback, false);
    return () => this.leave(listener);
  }

  sendMessage(conversationId, message, type) {
    const { protocol, messageLimit: limit } = this.#options;
    const how = { isNamed: protocol >= 1, limit };
    return this.#post(MESSAGE, () => this.outgoing.message(conversationId, message, type, how));
  }

  requestMessages(conversationId) {
    return this.#post(REQUEST, () => this.outgoing.request(conversationId, this.#options.messageLimit));
  }

  send(frame) {
    return this.#post(OTHER, () => this.outgoing.frame(frame, this.#options.messageLimit));
  }

  retry() {
    this.#tell(RETRY);
  }

  disconnect() {
    this.#incoming.control.forgetUser();
    this.#tell(DISCONNECT);
  }

  /** Another user has signed in. */
  changeUser() {
    this.#incoming.control.forgetUser();
    this.#tell(CHANGE_USER);
  }

  getState() {
    return this.#connection.state;
  }

  subscribeState(listener) {
    // A new function each time, so that a listener can be registered twice.
    const watcher = () => listener();
    this.#connection.watchers.add(watcher);
    return () => void this.#connection.watchers.delete(watcher);
  }

  getStats() {
    const stats = Object.fromEntries(STATS.map((name, i) => [name, this.#tell(STAT, i)]));
    return { ...stats, assured: stats.assured === 1 };
  }

  /** Sets the options, before first use: the connection begins anew. They were checked before. */
  configure(options = {}) {
    this.#options = { ...DEFAULTS };
    for (const [name, value] of Object.entries(options)) if (value !== undefined) this.#options[name] = value;
    const { reconnectDelays = [], keepalive, ...others } = this.#options;
    const numbers = [
      [JITTER, others.jitter], [MAX_ATTEMPTS, others.maxAttempts], [CONNECT_TIMEOUT, others.connectTimeout],
      [LINGER, others.linger], [QUEUE_LIMIT, others.queueLimit], [HEARTBEAT, others.heartbeat],
      [KEEPALIVE, keepalive?.every], [PROTOCOL, others.protocol], ...reconnectDelays.map((delay) => [RECONNECT_DELAY, delay]),
    ];
    for (const [option, value] of numbers) if (value !== undefined) this.#tell(PAIR, option, value);
    this.#tell(CONFIGURE);
  }

  // What developers are shown: see pkg/lib/diagnosis.

  /** The milliseconds until the next attempt, or below zero a phase. */
  inspect() {
    return this.#tell(INSPECT);
  }

  /** Reports each connection attempt, of any inbox. */
  watchAttempts(observer) {
    return watchAttempts(observer);
  }

  /** Whether the present socket has this frame. */
  isUnderWay(send) {
    return this.#tell(IS_UNDER_WAY, send) === 1;
  }

  get listeners() {
    return this.#incoming.listeners;
  }

  /** A WebSocket address from what the option `url` gave; throws what is wrong with it. */
  webSocketUrl(url) {
    return this.#connection.webSocketUrl(url);
  }

  /** Whether the inbox has been used, so that options can no longer be set. */
  get isUsed() {
    return this.#connection.watchers.size > 0 || this.#tell(STAT, 0) > 0;
  }

  /** Removes a listener. A second call does nothing. */
  leave(listener) {
    if (listener.callback === undefined) return;
    const slot = this.listeners.remove(listener);
    this.#tell(UNSUBSCRIBE);
    if (slot >= 0) this.#forget(slot);
  }

  // What Rust asks for.

  carryOut(what, a, b, c) {
    switch (what) {
      case ADD_PAIR:
        this.#pairs.push([a, b]);
        return 0;
      case DELIVER_HELD:
        return this.#incoming.deliverHeld(a);
      case REPORT_GAP:
        return this.#incoming.reportGap(a, b, c);
      case FORGET_HELD:
        this.#incoming.forgetHeld(a);
        return 0;
      case ACCEPT:
        this.outgoing.hold(a, this.#posted);
        return 0;
      case ASK_ADDRESS:
        this.#connection.askAddress(a, this.#options.url);
        return 0;
      case WATCH_PAGE:
        this.#connection.watchPage();
        return 0;
      case FORGET_CONVERSATIONS:
        this.#forgetConversations();
        return 0;
    }
  }

  carryOutThrough(raw, what, a, b) {
    switch (what) {
      case TRANSMIT:
        return this.outgoing.transmit(raw, a);
      case SAY_HELLO:
        this.#incoming.control.sayHello(raw, this.#pairs.splice(0));
        return 0;
      case SAY_SYNC:
        this.#incoming.control.saySync(raw, a, b, this.#pairs.splice(0));
        return 0;
      case SAY_PING:
        this.#incoming.control.sayPing(raw, a);
        return 0;
      case SAY_KEEPALIVE:
        this.#incoming.control.sayKeepalive(raw, this.#options.keepalive.frame);
        return 0;
      case LET_GO:
        this.#connection.letGo(raw);
        return 0;
    }
  }

  open(socket) {
    const raw = this.#connection.open(socket);
    if (raw !== undefined) this.#incoming.read(raw, socket, this.#options);
    return raw;
  }

  refuse(reason) {
    this.#posted.resolve({ status: "failed", reason });
  }

  settle(send, outcome, why) {
    this.outgoing.settle(send, ({ messageId, reason }) => {
      if (outcome === WAS_DELIVERED) return { status: "delivered", messageId };
      if (outcome === WAS_SENT) return { status: "sent" };
      return { status: "failed", reason: reason ?? why };
    });
  }

  showState(...state) {
    this.#connection.show(...state);
  }

  #listen(conversationId, callback, keepsLast) {
    // Add the listener before anything that may deliver a message to it.
    const listener = this.listeners.add(conversationId, callback, keepsLast);
    this.#tell(SUBSCRIBE);
    return listener;
  }

  /** Hands a frame over for sending. @param {() => {text: string}} makeDraft throws what is wrong with it */
  #post(kind, makeDraft) {
    let draft;
    try {
      draft = makeDraft();
    } catch (error) {
      return failed(error?.message ?? String(error));
    }
    return new Promise((resolve) => {
      draft.resolve = resolve;
      this.#posted = draft;
      // Before it carries anything out, Rust calls back with ACCEPT or refuse().
      this.#tell(SEND, kind, draft.text.length);
    });
  }

  #forgetConversations() {
    const { conversations } = this.listeners;
    for (const each of [...conversations.byId.values()]) if (!conversations.isHeard(each)) this.#forget(each.slot);
  }

  /** Forgets a conversation without listeners. A counted one is kept, or a message missed in it would go unnoticed. */
  #forget(slot) {
    const { conversations } = this.listeners;
    if (conversations.has(slot) && this.#tell(IS_COUNTED, slot) === 0) conversations.forget(slot);
  }
}

/** What `useWebSocket` returns. A class, because an object with a getter and closures takes 400 bytes more for each conversation. */
class Subscription {
  #inbox;
  #listener;

  constructor(inbox, listener) {
    this.#inbox = inbox;
    this.#listener = listener;
  }

  get lastMessage() {
    return this.#listener.lastMessage;
  }

  release() {
    this.#inbox.leave(this.#listener);
  }
}

function failed(reason) {
  return Promise.resolve({ status: "failed", reason });
}
