// The frames that pass through a tab's line: reads what src/tabs must know of each, keeps its text until it is sent, and
// puts the right `id` into it. Which tab a reply is for, and what is sent when, Rust decides.

import {
  ANSWERED,
  ASK,
  FORGET,
  FORWARD,
  HEADS,
  HEAD_KEY,
  HEAD_SEQ,
  HELLO,
  HISTORY,
  MESSAGE,
  OTHER,
  PAIR,
  PING,
  PING_FRAME,
  PONG,
  PUSHED,
  SYNC,
  WELCOMED,
} from "./numbers.js";

// An id on the wire is this and the item's number: no id of the core, nor, it is hoped, of an application.
const MARK = "~";

// The refs of custom frames to remember: a server may never reply to them.
const REFS = 100;

const KINDS = new Map([
  ["hello", HELLO],
  ["ping", PING_FRAME],
  ["sync", SYNC],
  ["get_messages", HISTORY],
]);

export class Hub {
  #me;
  #call;
  #post;
  /** Item → the tab that sent it, its text and its frame. @type {Map<number, {tab: number, text: string, frame: any}>} */
  #items = new Map();
  #count = 0;
  /** Client id → item. */
  #names = new Map();
  /** The `id` of a custom frame → tab. */
  #refs = new Map();
  /** Conversation id, as the key of an object, → a small integer; and back. */
  #keys = new Map();
  #ids = [];
  /** The latest `welcome`. */
  #welcome = {};

  /**
   * @param {number} me
   * @param {(what: number, ...numbers: number[]) => number} call
   * @param {(tab: number, text: string) => void} post passes a frame to the core of a tab; -1 stands for all
   */
  constructor(me, call, post) {
    this.#me = me;
    this.#call = call;
    this.#post = post;
  }

  /** The line is closed. */
  clear() {
    this.#items.clear();
    this.#names.clear();
    this.#refs.clear();
  }

  /** A tab's core sends this. */
  ask(tab, text) {
    const frame = parse(text) ?? {};
    const item = ++this.#count;
    const kind = KINDS.get(frame.action) ?? (frame.action === undefined && frame.client_id ? MESSAGE : OTHER);
    this.#items.set(item, { tab, text, frame });
    if (kind === MESSAGE) this.#names.set(frame.client_id, item);
    if (kind === OTHER && (frame.id ?? frame.client_id) !== undefined) this.#remember(frame.client_id ?? frame.id, tab);
    this.#call(ASK, tab, item, kind, text.length);
  }

  /** The server sends this. @param {string} text */
  receive(text) {
    const frame = parse(text);
    // The core counts what it cannot use.
    if (frame === undefined) return this.#post(this.#me, text);
    switch (frame.action) {
      case "welcome":
        if (isObject(frame.heads)) {
          this.#welcome = { ...frame };
          this.#pass(frame.heads);
          this.#call(WELCOMED);
        }
        return this.#post(this.#me, text);
      case "ack":
        return this.#settle(this.#names.get(frame.client_id), text);
      case "error":
        return this.#refuse(frame, text);
      case "pong":
        return this.#reply(itemOf(frame.id), frame, text);
      case "sync_response":
        if (isObject(frame.heads)) {
          this.#pass(frame.heads);
          this.#call(HEADS);
        }
        return this.#reply(itemOf(frame.id), frame, text);
      case "messages_response":
        // A server that repeats no `id` does not say which tab has asked: all receive it.
        if (frame.id === undefined) break;
        return this.#reply(itemOf(frame.id), frame, text);
      case undefined:
        if (Number.isSafeInteger(frame.seq) && frame.seq > 0)
          this.#call(PUSHED, this.#keyOf(frame.conversation_id), frame.seq);
    }
    this.#post(-1, text);
  }

  /** The latest `welcome`, with the present heads. */
  get welcome() {
    return JSON.stringify({ ...this.#welcome, heads: this.#heads() });
  }

  /** Carries out an effect; returns the text to send to the server, if there is one. */
  carryOut(what, item, total) {
    if (what === PING) return JSON.stringify({ action: "ping", id: `${MARK}0` });
    const kept = this.#items.get(item);
    if (kept === undefined) return undefined;
    const { tab, text, frame } = kept;
    switch (what) {
      case FORWARD:
        return hasNumber(frame) ? JSON.stringify({ ...frame, id: MARK + item }) : text;
      case PONG:
        this.#items.delete(item);
        this.#post(tab, JSON.stringify({ action: "pong", id: frame.id, total }));
        break;
      case FORGET:
        this.#items.delete(item);
        if (this.#names.get(frame.client_id) === item) this.#names.delete(frame.client_id);
    }
    return undefined;
  }

  /** Passes on a reply with the id that the tab had given; one that no tab has asked for is this tab's. */
  #reply(item, frame, text) {
    const asked = this.#items.get(item)?.frame;
    const tab = this.#answered(item);
    if (asked === undefined) {
      // Of the hub's own ping, or of a tab that asked on an earlier line.
      if (item === undefined) this.#post(this.#me, text);
      return;
    }
    this.#post(tab, JSON.stringify({ ...frame, id: asked.id }));
  }

  #settle(item, text) {
    this.#post(item === undefined ? this.#me : this.#answered(item), text);
  }

  #refuse(frame, text) {
    const { ref } = frame;
    const item = itemOf(ref);
    if (item !== undefined) {
      const asked = this.#items.get(item)?.frame;
      const tab = this.#answered(item);
      if (asked) this.#post(tab, JSON.stringify({ ...frame, ref: asked.id ?? null }));
    } else if (this.#names.has(ref)) this.#settle(this.#names.get(ref), text);
    else this.#post(this.#refs.get(ref) ?? this.#me, text);
  }

  #answered(item) {
    const tab = item === undefined ? -1 : this.#call(ANSWERED, item);
    return tab < 0 ? this.#me : tab;
  }

  #remember(ref, tab) {
    this.#refs.set(ref, tab);
    if (this.#refs.size > REFS) this.#refs.delete(this.#refs.keys().next().value);
  }

  #pass(heads) {
    for (const [id, seq] of Object.entries(heads))
      if (Number.isSafeInteger(seq)) this.#call(PAIR, this.#keyOf(id), seq);
  }

  #heads() {
    const heads = Object.create(null);
    for (let n = 0, key = this.#call(HEAD_KEY, n); key >= 0; key = this.#call(HEAD_KEY, ++n))
      heads[this.#ids[key]] = this.#call(HEAD_SEQ, n);
    return heads;
  }

  #keyOf(id) {
    const known = this.#keys.get(String(id));
    if (known !== undefined) return known;
    this.#keys.set(String(id), this.#ids.length);
    return this.#ids.push(String(id)) - 1;
  }
}

/** Whether the hub numbers this frame. */
function hasNumber({ action }) {
  return action === "ping" || action === "sync" || action === "get_messages";
}

function itemOf(id) {
  return typeof id === "string" && /^~\d+$/.test(id) ? Number(id.slice(MARK.length)) : undefined;
}

function parse(text) {
  try {
    const frame = JSON.parse(text);
    return isObject(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
