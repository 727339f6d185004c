// An inbox: the API, and the effects that Rust requests. mod.rs gives an overview.

import { Connection } from "./connection.js";
import { Incoming } from "./incoming.js";
import {
  ACCEPT,
  ACKS,
  CHANGE_USER,
  CONFIGURE,
  CONNECT_TIMEOUT,
  DISCONNECT,
  DISPOSE,
  DISPOSED,
  DROP_SOCKET,
  FORGET_CONVERSATIONS,
  FRAME_LIMIT,
  HEARTBEAT,
  IMMEDIATE,
  INSPECT,
  IS_COUNTED,
  IS_IDLE,
  IS_UNDER_WAY,
  JITTER,
  KEEPALIVE,
  LINGER,
  MAX_ATTEMPTS,
  MESSAGE,
  MESSAGE_LIMIT,
  OTHER,
  PAIR,
  PROTOCOL,
  QUEUE_LIMIT,
  RECONNECT_DELAY,
  REQUEST,
  RESEND,
  RESOLVE_ADDRESS,
  RETRY,
  SEND,
  SEND_KEEPALIVE,
  STAT,
  SUBSCRIBE,
  TRANSMIT,
  UNSUBSCRIBE,
  WAS_DELIVERED,
  WAS_SENT,
  WATCH_PAGE,
} from "./numbers.js";
import { Outgoing, send } from "./outgoing.js";

/**
 * What the core asks about another wire than this package's. pkg/lib/wire makes it, for the options `adapter` and
 * `sockets`, and passes it as the option `wire`; without one, all of this is skipped.
 *
 * @typedef {object} Wire
 * @property {number | undefined} acks the option of this name in src/core/config.rs, as is the next
 * @property {number | undefined} resend
 * @property {(inbox: Inbox, incoming: Incoming, later: typeof later) => void} attach called once
 * @property {(raw: WebSocket, socket: number, opened: () => void, refused: (reason: string) => void) => void} begin
 *   opens a connection after its handshake; calls `opened` or `refused` when that is done
 * @property {() => void} end the connection has ended
 * @property {(code: number, reason: string) => number | undefined} closeCode the code to act upon, if not the received one
 * @property {(conversation: object) => void} joined a listener was added
 * @property {(conversation: object) => void} left a listener was removed
 * @property {(id: unknown, post: () => Promise<object>) => Promise<object> | undefined} afterJoin posts a frame when its
 *   conversation is joined; undefined if it need not be
 * @property {(text: string, raw: WebSocket, socket: number) => void} receive handles a frame; calls `deliverAll`
 * @property {(message: object) => string} message returns the text of a message's frame
 * @property {(id: unknown, makeDraft: (text: string) => object) => object} request returns the draft of a history request
 */

/** By their index in the table of inbox.rs. @type {Inbox[]} */
const inboxes = [];

// The calls from Rust. numbers.js lists the effects; imports.rs documents the results.
export const effect = (inbox, what, a, b, c) => inboxes[inbox].carryOut(what, a, b, c);
export const through = (inbox, socket, what, a, b) => inboxes[inbox].carryOutThrough(socket, what, a, b);
export const open = (inbox, socket) => inboxes[inbox].open(socket);
export const refuse = (inbox, reason) => inboxes[inbox].refuse(reason);
export const settle = (inbox, send, outcome, reason) => inboxes[inbox].settle(send, outcome, reason);
export const showState = (inbox, ...state) => inboxes[inbox].showState(...state);

const DEFAULTS = { protocol: 1, frameLimit: FRAME_LIMIT, messageLimit: MESSAGE_LIMIT };

// In the order of Stats::list in src/core/stats.rs; tests/npm/package/copies.test.mjs compares them.
const STATS = [
  "attempts",
  "handshakes",
  "reconnections",
  "framesIn",
  "framesOut",
  "charactersIn",
  "charactersOut",
  "framesParsed",
  "framesDelivered",
  "framesDropped",
  "duplicates",
  "recovered",
  "gaps",
  "pings",
  "assured",
  "listeners",
  "queued",
  "connectedMs",
];

export class Inbox {
  outgoing = new Outgoing();
  #number;
  #command;
  #incoming;
  #connection;
  #options = DEFAULTS;
  // How frames to send are written.
  #how = { hasClientId: true, limit: MESSAGE_LIMIT, wire: undefined };
  // The draft that #post is passing to Rust.
  #draft;

  /** @param {number} number @param command the export of commands.rs */
  constructor(number, command) {
    inboxes[number] = this;
    this.#number = number;
    this.#command = (what, a = 0, b = 0, c = 0, d = 0, e = 0) => command(number, what, a, b, c, d, e);
    this.#incoming = new Incoming(this.#command, this.outgoing);
    this.#connection = new Connection(this.#command);
  }

  // The API: see pkg/index.d.ts.

  useWebSocket(conversationId, onMessage) {
    return new Subscription(this, this.#listen(conversationId, onMessage, true));
  }

  subscribe(conversationId, callback) {
    const listener = this.#listen(conversationId, callback, false);
    return () => this.leave(listener);
  }

  sendMessage(conversationId, message, type, options) {
    const kind = options?.queue === false ? IMMEDIATE : MESSAGE;
    const make = () => this.outgoing.message(conversationId, message, type, options?.clientId, this.#how);
    return this.#afterJoin(conversationId, () => this.#post(kind, make));
  }

  requestMessages(conversationId) {
    const make = () => this.outgoing.request(conversationId, this.#how);
    return this.#afterJoin(conversationId, () => this.#post(REQUEST, make));
  }

  send(frame, options) {
    if (options?.queue === false && !this.getState().isConnected) return failed("the connection is not open");
    return this.#post(OTHER, () => this.outgoing.frame(frame, this.#how));
  }

  retry() {
    this.#command(RETRY);
  }

  disconnect() {
    this.#incoming.forgetUser();
    this.#command(DISCONNECT);
  }

  /** Call it when another user has signed in. */
  changeUser() {
    this.#incoming.forgetUser();
    this.#command(CHANGE_USER);
  }

  /** One connection serves all conversations, so each has the same state. */
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
    const stats = Object.fromEntries(STATS.map((name, i) => [name, this.#command(STAT, i)]));
    return { ...stats, assured: stats.assured === 1 };
  }

  /** Sets the options, before first use. Does not check them: pkg/lib/options.js and src/client/options.rs do. */
  configure(options = {}) {
    this.#options = { ...DEFAULTS };
    for (const [name, value] of Object.entries(options)) if (value !== undefined) this.#options[name] = value;
    const { reconnectDelays = [], keepalive, wire, ...others } = this.#options;
    this.#connection.wire = wire;
    wire?.attach(this, this.#incoming, later);
    this.#how = { hasClientId: wire !== undefined || others.protocol >= 1, limit: others.messageLimit, wire };
    const numbers = [
      [JITTER, others.jitter],
      [MAX_ATTEMPTS, others.maxAttempts],
      [CONNECT_TIMEOUT, others.connectTimeout],
      [LINGER, others.linger],
      [QUEUE_LIMIT, others.queueLimit],
      [HEARTBEAT, others.heartbeat],
      [KEEPALIVE, keepalive?.every],
      [PROTOCOL, others.protocol],
      [ACKS, wire?.acks],
      [RESEND, wire?.resend],
      ...reconnectDelays.map((delay) => [RECONNECT_DELAY, delay]),
    ];
    for (const [option, value] of numbers) if (value !== undefined) this.#command(PAIR, option, value);
    if (this.#command(CONFIGURE) === 1)
      throw new TypeError("`wasm` must be core.wasm without `adapter`; got adapter.wasm");
  }

  // For the diagnosis: see pkg/lib/diagnosis.

  /** Returns the milliseconds until the next attempt, or a negative number for another phase. */
  inspect() {
    return this.#command(INSPECT);
  }

  watchAttempts(observer) {
    return this.#connection.watchAttempts(observer);
  }

  /** Returns whether this frame is in flight on the current socket. */
  isUnderWay(send) {
    return this.#command(IS_UNDER_WAY, send) === 1;
  }

  get listeners() {
    return this.#incoming.listeners;
  }

  /** Converts a value of the option `url` to a WebSocket address. Throws an error that names the value. */
  webSocketUrl(url) {
    return this.#connection.webSocketUrl(url);
  }

  /** Whether the inbox has been used: then options can no longer be set. */
  get isUsed() {
    return this.#connection.watchers.size > 0 || this.#command(STAT, 0) > 0;
  }

  /** Removes a listener. A second call does nothing. */
  leave(listener) {
    if (listener.callback === undefined) return;
    const slot = this.listeners.remove(listener);
    this.#command(UNSUBSCRIBE);
    this.#options.wire?.left(listener.conversation);
    if (slot >= 0) this.#forget(slot);
  }

  /** Whether nothing is lost if this inbox is disposed of. */
  get isIdle() {
    return this.#command(IS_IDLE) === 1;
  }

  /** Ends the connection, and frees the inbox, which must not be used afterwards. */
  dispose() {
    this.#command(DISPOSE);
  }

  // Effects.

  carryOut(what, a, b, c) {
    switch (what) {
      case ACCEPT:
        this.outgoing.hold(a, this.#draft);
        return 0;
      case RESOLVE_ADDRESS:
        this.#connection.resolveAddress(a, this.#options);
        return 0;
      case WATCH_PAGE:
        this.#connection.watchPage();
        return 0;
      case FORGET_CONVERSATIONS:
        this.#forgetConversations();
        return 0;
      case DISPOSED:
        this.#connection.unwatchPage();
        delete inboxes[this.#number];
        return 0;
      default:
        return this.#incoming.carryOut(what, a, b, c);
    }
  }

  carryOutThrough(raw, what, a, b) {
    switch (what) {
      case TRANSMIT:
        return this.outgoing.transmit(raw, a);
      case SEND_KEEPALIVE:
        send(raw, this.#options.keepalive.frame);
        return 0;
      case DROP_SOCKET:
        this.#connection.drop(raw);
        return 0;
      default:
        return this.#incoming.carryOutThrough(raw, what, a, b);
    }
  }

  open(socket) {
    const raw = this.#connection.open(socket);
    if (raw !== undefined) this.#incoming.read(raw, socket, this.#options);
    return raw;
  }

  refuse(reason) {
    this.#draft.resolve({ status: "failed", reason });
  }

  settle(send, outcome, why) {
    this.outgoing.settle(send, ({ messageId, reason }) => {
      if (outcome === WAS_DELIVERED)
        return messageId === undefined ? { status: "delivered" } : { status: "delivered", messageId };
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
    this.#options.wire?.joined(listener.conversation);
    this.#command(SUBSCRIBE);
    return listener;
  }

  /** Calls `post`; on a wire with joins, once the conversation is joined. @param {() => Promise<object>} post */
  #afterJoin(conversationId, post) {
    return this.#options.wire?.afterJoin(conversationId, post) ?? post();
  }

  /** Passes a frame to Rust for sending. @param {() => {text: string}} makeDraft throws if the frame is invalid */
  #post(kind, makeDraft) {
    let draft;
    try {
      draft = makeDraft();
    } catch (error) {
      return failed(error?.message ?? String(error));
    }
    return new Promise((resolve) => {
      draft.resolve = resolve;
      this.#draft = draft;
      // Rust calls back with ACCEPT or refuse() before it carries out effects.
      this.#command(SEND, kind, draft.text.length);
    });
  }

  #forgetConversations() {
    const { conversations } = this.listeners;
    for (const each of [...conversations.byId.values()]) if (!conversations.hasListeners(each)) this.#forget(each.slot);
  }

  /** Forgets a conversation without listeners, unless it has a cursor, which detects missed messages. */
  #forget(slot) {
    const { conversations } = this.listeners;
    if (conversations.has(slot) && this.#command(IS_COUNTED, slot) === 0) conversations.forget(slot);
  }
}

/** The result of `useWebSocket`. A class, because an object with a getter and closures takes 220 bytes more each. */
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

/** Calls back after `ms`. The other wire's timers go by the same clock as this one. */
const later = (callback, ms) => void setTimeout(callback, ms);

function failed(reason) {
  return Promise.resolve({ status: "failed", reason });
}
