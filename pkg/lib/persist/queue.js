// The queue in front of an inbox: src/core/keeper.rs decides what leaves and what is kept, and this file carries it out.

import { watchGreetings } from "./greeting.js";
import { Heir } from "./heir.js";
import { Items } from "./items.js";
import {
  ABANDON,
  ACCEPT,
  ALARM,
  BEGIN,
  CLEAR,
  CLOSE,
  COMMITTED,
  CONFIRM,
  DEADLINE,
  DELETE,
  DELETED,
  DISCARD,
  DOUBT,
  EFFECTS,
  EXPIRE,
  FAULTED,
  HAS_FAILED,
  IMMEDIATE,
  IS_IN_DOUBT,
  KEPT,
  MARK,
  OPEN,
  OPENED,
  PASSING,
  POLL,
  PUT,
  RELEASE,
  RESEND,
  RESTORE,
  RESTORED,
  SETTLED,
  WAITING,
} from "./numbers.js";
import { Store } from "./store.js";

/** The default of the option `queueLimit`, and that of `messageLimit`. */
const LIMIT = 1_000;
const MESSAGE_LIMIT = 65_536;

/** The numbers of inspect() for a connection that only the page opens again: see lib/diagnosis/inspect.js. */
const GIVEN_UP = -3;
const ENDED = -4;

const FULL = "the queue is full: too many frames are waiting to be sent";
const NOT_NOW = "no connection was ready for the message, and it was not queued";
const USER_CHANGED = "another user signed in before the frame was sent";
const TOO_OLD = "the message is older than six days: the server may have stored it and forgotten that";

export class Queue {
  #inbox;
  #core;
  #options;
  #announce;
  #time;
  #keeper;
  #store;
  #heir;
  #items = new Items();
  /** The custom frames and immediate messages that wait: id → sends it. */
  #passing = new Map();
  /** Id → client id of the messages whose records remain to be deleted. */
  #gone = new Map();
  /** This page, as the owner of records. Its client ids begin with it. */
  #page = randomName();
  #count = 0;
  /** The pages that have accepted restored messages; the keeper knows them by their index. */
  #origins = [];
  #timer;
  #isDraining = false;
  #hasSearched = false;
  #hasUsers;
  /** The user that the records belong to, and the one that the latest connection is for, by the server's ids. */
  #owner;
  #met;
  #isGreeted = false;
  /** A subscription while a message waits to learn the user, because that needs a connection. */
  #listening;
  #unwatch;
  #isOver = false;

  constructor({ inbox, core, keeper, user, options, announce }) {
    this.#inbox = inbox;
    this.#core = core;
    this.#options = options;
    this.#announce = announce;
    this.#time = options.time ?? globalThis;
    // Only this package's own wire names the user.
    this.#hasUsers = !options.adapter && options.sockets !== "each" && options.protocol !== 0;
    const { call } = /** @type {any} */ (new WebAssembly.Instance(keeper).exports);
    this.#keeper = (what, a = 0, b = 0, c = 0, d = 0) => call(what, this.#now, a, b, c, d);
    const name = `inbox-socket ${nameOf(options, inbox)} ${JSON.stringify(user)}`;
    this.#store = new Store(
      name,
      () => {
        this.#tell(OPENED);
        this.#search();
      },
      () => this.#fault(),
    );
    this.#heir = new Heir(
      name,
      this.#page,
      () => this.#search(),
      (owner) => this.#inherit(owner),
    );
    this.#unwatch = this.#hasUsers ? watchGreetings(inbox, (user) => this.#meet(user)) : () => {};
    this.#keeper(BEGIN, options.queueLimit ?? LIMIT);
    this.#drain();
  }

  sendMessage(conversationId, message, type, how) {
    const clientId = how?.clientId ?? `${this.#page}-${++this.#count}`;
    const post = () => this.#core.sendMessage(conversationId, message, type, { ...how, clientId });
    if (!this.#isValid(conversationId, message, type, clientId)) return post();
    if (how?.queue === false) return this.#pass(IMMEDIATE, post);
    const id = this.#keeper(ACCEPT, KEPT);
    if (id < 0) return failed(FULL);
    return new Promise((resolve) => {
      const record = { owner: this.#page, origin: this.#page, number: id, user: this.#owner };
      this.#items.add(id, { ...record, clientId, conversationId, message, type, since: Date.now() }, resolve);
      this.#drain();
      this.#wake();
    });
  }

  send(frame, how) {
    const post = () => this.#core.send(frame, how);
    return this.#pass(how?.queue === false ? IMMEDIATE : PASSING, post);
  }

  /** The messages of a conversation, or of all with null, that wait or have failed. */
  pending(conversationId) {
    return this.#items.list(conversationId);
  }

  /** How many frames wait here, and not in the core. */
  get waiting() {
    return this.#keeper(WAITING);
  }

  resend(clientId) {
    const id = this.#items.idOf(clientId);
    if (id === undefined || this.#keeper(HAS_FAILED, id) === 0) return undefined;
    return new Promise((resolve) => {
      this.#items.change(id, { resolve }, { reason: undefined, since: Date.now() });
      this.#tell(RESEND, id);
    });
  }

  discard(clientId) {
    const id = this.#items.idOf(clientId);
    if (id === undefined || this.#keeper(HAS_FAILED, id) === 0) return false;
    this.#gone.set(id, clientId);
    this.#items.remove(id);
    this.#tell(DISCARD, id);
    return true;
  }

  /** The user has left: fails what waits, and deletes all records of the user. @param {string} reason */
  abandon(reason) {
    this.#owner = this.#met = undefined;
    this.#keeper(ABANDON);
    // The core settles what it has, with more knowledge of what has become of it.
    const released = this.#released;
    this.#released = new Map();
    for (const { record, resolve } of this.#items.clear()) {
      if (!released.has(record.clientId)) resolve({ status: "failed", reason });
    }
    for (const { resolve } of this.#passing.values()) resolve({ status: "failed", reason });
    this.#passing.clear();
    this.#confirm();
  }

  /** Another user has signed in: the queue ends. */
  leave() {
    this.abandon(USER_CHANGED);
    this.#isOver = true;
    this.#unwatch();
    this.#heir.end();
    // What was asked of it is still carried out.
    this.#store.close();
    this.#time.clearTimeout(this.#timer);
  }

  /** Client id → the promise of the core's result. */
  #released = new Map();

  get #now() {
    return this.#time.performance.now();
  }

  /** Whether the message can be sent; if not, the core says why. */
  #isValid(conversationId, message, type, clientId) {
    const limit = this.#options.messageLimit ?? MESSAGE_LIMIT;
    if (this.#items.idOf(clientId) !== undefined) return false;
    try {
      this.#inbox.outgoing?.message(conversationId, message, type, clientId, { hasClientId: true, limit });
      return true;
    } catch {
      return false;
    }
  }

  /** Sends a frame that is not kept, after those that wait. */
  #pass(keeping, post) {
    const id = this.#keeper(ACCEPT, keeping);
    if (id < 0) return failed(keeping === IMMEDIATE ? NOT_NOW : FULL);
    return new Promise((resolve) => {
      this.#passing.set(id, { post, resolve });
      this.#drain();
      this.#wake();
    });
  }

  /** Calls an input of the keeper, and carries out the effects. */
  #tell(input, ...rest) {
    this.#keeper(input, ...rest);
    this.#drain();
  }

  /** Carries out effects until there are none left. A nested call leaves the work to the outer one. */
  #drain() {
    if (this.#isDraining || this.#isOver) return;
    this.#isDraining = true;
    for (let effect = this.#keeper(POLL); effect >= 0; effect = this.#keeper(POLL)) {
      const id = Math.floor(effect / EFFECTS);
      this.#carryOut(effect % EFFECTS, id);
    }
    this.#isDraining = false;
    this.#time.clearTimeout(this.#timer);
    const deadline = this.#keeper(DEADLINE);
    if (deadline >= 0) this.#timer = this.#time.setTimeout(() => this.#tell(ALARM), Math.max(deadline - this.#now, 0));
    this.#announceChange();
  }

  #last = this.#items.list(null);

  #announceChange() {
    const all = this.#items.list(null);
    if (all === this.#last) return;
    this.#last = all;
    this.#announce();
  }

  #carryOut(effect, id) {
    const item = this.#items.get(id);
    switch (effect) {
      case OPEN:
        this.#items.doubt();
        return void this.#open();
      case CLOSE:
        this.#items.doubt();
        this.#gone.clear();
        return this.#store.close();
      case PUT:
        return item && this.#store.put(stored(item.record), () => this.#committed(id, item.record.clientId));
      case DELETE:
        return this.#delete(id);
      case MARK:
        return item && this.#store.put(stored(item.record));
      case CLEAR:
        return this.#store.clear();
      case RELEASE:
        return this.#release(id, item);
      case EXPIRE:
        return this.#items.change(id, {}, { reason: TOO_OLD });
    }
  }

  async #open() {
    await this.#heir.hold();
    if (!this.#isOver) this.#store.open();
  }

  #fault() {
    // Not while an effect is carried out that the fault belongs to.
    queueMicrotask(() => this.#tell(FAULTED));
  }

  #committed(id, clientId) {
    if (this.#items.get(id)) this.#items.change(id, { isDurable: true });
    else this.#gone.set(id, clientId);
    this.#tell(COMMITTED, id);
  }

  #delete(id) {
    const clientId = this.#gone.get(id);
    if (clientId === undefined) return this.#tell(DELETED, id);
    this.#store.delete(clientId, () => {
      this.#gone.delete(id);
      this.#tell(DELETED, id);
    });
  }

  #release(id, item) {
    const passing = this.#passing.get(id);
    if (passing) {
      this.#passing.delete(id);
      passing.post().then(passing.resolve);
    }
    if (!item) return;
    const { clientId, conversationId, message, type } = item.record;
    const result = this.#core.sendMessage(conversationId, message, type, { clientId });
    this.#released.set(clientId, result);
    result.then((outcome) => this.#settle(id, item, result, outcome));
  }

  #settle(id, item, result, outcome) {
    const { clientId } = item.record;
    const isMine = this.#released.get(clientId) === result;
    if (isMine) {
      this.#released.delete(clientId);
      const hasFailed = outcome.status === "failed";
      if (hasFailed) {
        this.#items.change(id, {}, { reason: outcome.reason });
      } else {
        this.#gone.set(id, clientId);
        this.#items.remove(id);
      }
      this.#tell(SETTLED, id, hasFailed);
    }
    item.resolve(outcome);
  }

  // What another page has left.

  /** After each opening, and from time to time. */
  #search() {
    this.#store.look(async (owner, owners) => {
      if (this.#isOver) return;
      this.#learnOwner(owner);
      const isFirst = !this.#hasSearched;
      this.#hasSearched = true;
      await this.#heir.expect(owners, isFirst);
      if (!this.#isOver) this.#tell(RESTORED, true);
      if (isFirst) this.#heir.watch(() => this.#items.list(null).length > 0);
    });
  }

  /** @returns {Promise<void>} */
  #inherit(owner) {
    return new Promise((resolve) => {
      this.#store.inherit(owner, this.#page, (records) => {
        if (!this.#isOver) this.#restore(records);
        resolve();
      });
      // A faulty storage never answers.
      this.#time.setTimeout(resolve, 1_000);
    });
  }

  #restore(records) {
    for (const { key, ...record } of records) {
      if (this.#items.idOf(record.clientId) !== undefined) continue;
      if (record.user !== undefined && this.#owner !== undefined && record.user !== this.#owner) {
        this.#store.delete(record.clientId, () => {});
        continue;
      }
      if (!this.#origins.includes(record.origin)) this.#origins.push(record.origin);
      const origin = this.#origins.indexOf(record.origin);
      const age = Math.max(Date.now() - record.since, 0);
      const hasFailed = record.reason !== undefined;
      const id = this.#keeper(RESTORE, origin, record.number, age, hasFailed);
      this.#items.add(id, { ...record, owner: this.#page }, () => {}, true);
    }
    this.#tell(RESTORED, false);
    this.#wake();
  }

  // The user.

  /** The storage says whose records it has. Another page may change that later, which its records show. */
  #learnOwner(owner) {
    // The storage is new.
    if (owner === undefined && this.#owner !== undefined) this.#store.name(this.#owner);
    this.#owner ??= owner;
    if (this.#owner === undefined || !this.#hasUsers) return;
    if (this.#met !== undefined) this.#compare();
    else if (!this.#isGreeted) this.#keeper(DOUBT);
  }

  /** The server has said whose connection this is, or has shown that it names no users. */
  #meet(user) {
    this.#isGreeted = true;
    this.#met = user;
    if (user === undefined) this.#confirm();
    else this.#compare();
  }

  #compare() {
    const met = this.#met;
    const isNew = this.#owner !== met;
    if (isNew && this.#owner !== undefined) this.abandon(USER_CHANGED);
    this.#owner = this.#met = met;
    if (isNew) this.#store.name(met);
    this.#confirm();
  }

  #confirm() {
    this.#listening?.release();
    this.#listening = undefined;
    this.#tell(CONFIRM);
  }

  /** Messages that wait to learn the user need a connection, for which the core has no other reason. */
  #wake() {
    if (this.#keeper(IS_IN_DOUBT) === 0 || this.waiting === 0) return;
    this.#listening ??= this.#inbox.useWebSocket("", () => {});
    const phase = this.#inbox.inspect();
    if (phase === GIVEN_UP || phase === ENDED) this.#inbox.retry();
  }
}

/** What a record contains of a message. Only values that JSON keeps, as in the frame. */
function stored({ message, ...record }) {
  return { ...record, message: JSON.parse(JSON.stringify(message)) };
}

/** The name of an inbox in this browser: the value of `persist`, or else its address without what may change. */
function nameOf({ persist, url }, inbox) {
  if (typeof persist === "string") return persist;
  if (typeof url === "function") return "";
  return inbox.webSocketUrl(url ?? "/ws/inbox/").split("?")[0];
}

function randomName() {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}

function failed(reason) {
  return Promise.resolve({ status: "failed", reason });
}
