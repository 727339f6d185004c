// One tab's part in sharing a connection: src/tabs decides, and this file has the lock, the channel and the sockets.

import { Hub } from "./hub.js";
import {
  ADDRESS,
  ADDRESS_WANTED,
  ALARM,
  BEGIN,
  BYE,
  CLOSE_CHANNEL,
  CONNECT,
  DEADLINE,
  DIAL,
  DISCONNECT,
  DOWN,
  EPOCH,
  FREEZE,
  GRANTED,
  HEAR,
  HERE,
  LEADER,
  LINE,
  LINE_CLOSED,
  LOCK,
  LOCK_LOST,
  LOSE,
  ONLINE,
  OPENED,
  OPEN_CHANNEL,
  PART,
  POLL,
  PONG,
  RELAY,
  REST,
  RING,
  ROLE,
  SAY,
  SIGNED_OUT,
  SPEAK_UP,
  THAW,
  UNLOCK,
  UNSHARED,
  UP,
  VISIBLE,
  WAKE,
} from "./numbers.js";
import { callTab, setOpener } from "../../wasm/shared.js";
import { Line, Relay } from "./sockets.js";

// What tabs say to each other: raise it when that changes, so that tabs of two versions form two groups.
const VERSION = 1;

/** By the number of ROLE. */
const ROLES = ["alone", "follower", "follower", "leader", "alone"];
const LEADING = "leader";

/** The numbers of inspect(): see lib/diagnosis/inspect.js. */
const CONNECTING = -2;
const GIVEN_UP = -3;
const RESTING = [-1, -3, -4, -5];
const UNDECIDED = [-7, -8];

/** The close codes of PROTOCOL.md. */
const RESTART = 1012;
const EXPIRED = 4401;

/** How long another tab may take to name an address, in ms. */
const ADDRESS_WITHIN = 2_000;

/** The number of shells in src/sharing.rs, besides the first. */
let shells = 0;

export class Share {
  role = "alone";
  #options;
  #timers;
  #me = Math.floor(Math.random() * 2 ** 31);
  /** Calls Rust; undefined if this tab can't share: then each of its sockets is a WebSocket. */
  #call;
  #hub;
  #name = "";
  #inbox;
  #announce = () => {};
  /** The core's attempt until it has a socket. @type {any} */
  #attempt;
  /** The `welcome` that came with the latest relay. */
  #welcome;
  #dials = 0;
  #socket;
  #channel;
  #lock;
  #timer;
  #isActing = false;
  /** The server has refused the latest address. */
  #isRefused = false;
  /** Waits for an address of another tab. */
  #addressOf;
  /** Another tab has signed out, and this one follows. */
  #isTold = false;
  #page = new AbortController();

  /** @param {any} options @param {import("./timers.js").Timers} timers */
  constructor(options, timers) {
    this.#options = options;
    this.#timers = timers;
    this.#begin(options.user);
  }

  // The core's options.

  /** The option `url` of the core: settles when it is known what serves this attempt. */
  url = () =>
    new Promise((resolve, reject) => {
      const dial = ++this.#dials;
      this.#attempt = { dial, resolve, reject, isOwn: false, protocols: undefined };
      if (this.#call) this.#act(CONNECT, dial);
      else this.#dial(dial);
    });

  /** The core asks for these right before it opens the socket. */
  protocols = () => {
    const attempt = this.#attempt;
    setOpener((url, protocols) => {
      const { isOwn, welcome } = attempt;
      return (this.#socket = isOwn ? new Line(this, url, protocols) : new Relay(this, welcome));
    });
    return attempt.isOwn ? (attempt.protocols ?? []) : [];
  };

  // The inbox.

  /** @param {any} inbox that of the core, whose members this folder and lib/persist replace */
  attach(inbox) {
    this.#inbox = inbox;
    const watchers = new Set();
    this.#announce = () => {
      for (const watcher of [...watchers]) if (watchers.has(watcher)) watcher();
    };
    inbox.subscribeState(() => {
      this.#check();
      this.#announce();
    });
    inbox.subscribeState = (listener) => {
      const watcher = () => listener();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    };
    const check = () => this.#check();
    this.#timers.followers.add(check);
    this.#watchPage();
    return () => {
      this.#timers.followers.delete(check);
      this.#page.abort();
      this.#leave();
    };
  }

  /** Ends the connection of all tabs of this user. */
  signOut(user) {
    if (this.#isTold) return void (this.#isTold = false);
    // A tab that wants no connection has no channel.
    const isAway = this.#call && !this.#channel;
    if (isAway) this.#openChannel();
    this.#post(-1, SIGNED_OUT);
    if (isAway) this.#carryOut(CLOSE_CHANNEL);
    if (user === null) this.#begin(user);
  }

  changeUser(user) {
    this.#begin(user);
  }

  /** The tabs that have asked this leader for something on its present line, and have not left. */
  get followers() {
    return this.#seen.size;
  }

  #seen = new Set();

  // The sockets.

  sendUp(text) {
    const line = this.#call?.(SPEAK_UP) ?? -1;
    if (line >= 0) this.#post(this.#call(LEADER), UP, line, 0, text);
    this.#drain();
  }

  sendOwn(text) {
    if (!this.#call) return this.#socket.forward(text);
    this.#hub.ask(this.#me, text);
    this.#drain();
  }

  /** A frame of the server. */
  receive(data) {
    if (typeof data !== "string" || !this.#call) return this.#socket?.emit("message", { data });
    this.#hub.receive(data);
    this.#drain();
    this.#check();
  }

  /** A line has closed. */
  closed(line, code, reason) {
    if (this.#socket !== line) return;
    this.#socket = undefined;
    this.#isRefused = code === EXPIRED;
    const shown = this.#call?.(LINE_CLOSED, code) ?? code;
    this.#forget();
    line.lose(shown, reason);
    this.#drain();
  }

  /** The core has dropped its socket. */
  dropped(socket) {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#forget();
    this.#act(DISCONNECT, this.#dials);
    this.#check();
  }

  #forget() {
    this.#hub?.clear();
    this.#seen.clear();
  }

  // The group.

  /** Begins anew for this user, in another group. */
  #begin(user) {
    this.#leave();
    if (user === undefined || user === null) return;
    const { share, url } = this.#options;
    const group = typeof share === "string" ? share : typeof url === "function" ? "" : String(url ?? "");
    this.#name = `inbox-socket ${VERSION} ${JSON.stringify([user, group])}`;
    try {
      new BroadcastChannel(this.#name).close();
      // A page on plain http has none.
      if (!navigator.locks) return;
    } catch {
      return;
    }
    const shell = ++shells;
    this.#call = (what, a = 0, b = 0, c = 0, d = 0, e = 0) =>
      callTab(shell, what, this.#timers.performance.now(), a, b, c, d, e);
    this.#hub = new Hub(this.#me, this.#call, (tab, text) => this.#deliver(tab, text));
    this.#call(BEGIN, this.#me);
    this.#act(VISIBLE, globalThis.document?.hidden === false ? 1 : 0);
  }

  /** Leaves the group for good. */
  #leave() {
    // The application may have caused this while an effect was carried out.
    this.#isActing = false;
    this.#act(FREEZE);
    this.#call = undefined;
    this.#setRole(0);
  }

  #watchPage() {
    const { signal } = this.#page;
    const on = (target, type, handle) => target?.addEventListener?.(type, handle, { signal });
    const { document } = globalThis;
    const freeze = () => this.#act(FREEZE);
    const thaw = () => this.#act(THAW);
    on(globalThis, "pagehide", freeze);
    on(globalThis, "pageshow", thaw);
    on(document, "freeze", freeze);
    on(document, "resume", thaw);
    on(globalThis, "online", () => this.#act(ONLINE));
    on(document, "visibilitychange", () => this.#act(VISIBLE, document.hidden ? 0 : 1));
  }

  /** Whether the core wants a connection, and whether the server can share one. */
  #check() {
    const place = this.#inbox?.inspect();
    if (RESTING.includes(place)) this.#act(REST);
    else if (UNDECIDED.includes(place) && this.#socket instanceof Line) this.#act(UNSHARED);
  }

  /** Passes an input to Rust, and carries out the effects. */
  #act(what, ...numbers) {
    if (!this.#call) return;
    this.#call(what, ...numbers);
    this.#drain();
  }

  #drain() {
    const call = this.#call;
    // A nested call leaves the effects to the outer one, which keeps the order.
    if (!call || this.#isActing) return;
    this.#isActing = true;
    try {
      for (let effect = call(POLL); effect >= 0; effect = call(POLL)) {
        this.#carryOut(effect, ...[0, 1, 2, 3, 4].map((n) => call(PART, n)));
      }
    } finally {
      this.#isActing = false;
    }
    if (call !== this.#call) return;
    this.#setRole(call(ROLE));
    this.#arm(call(DEADLINE));
  }

  #carryOut(effect, a, b, c, d, e) {
    switch (effect) {
      case OPEN_CHANNEL:
        return this.#openChannel();
      case CLOSE_CHANNEL:
        this.#channel?.close();
        this.#channel = undefined;
        return;
      case LOCK:
        return this.#requestLock();
      case UNLOCK:
        return this.#unlock();
      case SAY:
        return this.#post(a, c, d, e, c === OPENED ? this.#hub.welcome : undefined, b);
      case DIAL:
        return this.#dial(a);
      case RELAY:
        this.#attempt.welcome = this.#welcome;
        // The core opens nothing at this address.
        return this.#attempt.resolve("wss://leader.invalid/");
      case LOSE:
        return this.#lose(a);
      case WAKE:
        return this.#reconnect(false);
      case RING:
        this.#timers.ring();
        return void this.#call(ALARM);
      default: {
        const text = this.#hub.carryOut(effect, a, effect === PONG ? b : 0);
        if (text !== undefined) this.#socket?.forward?.(text);
      }
    }
  }

  #arm(deadline) {
    if (this.#timer) this.#timers.base.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (deadline < 0) return;
    const delay = Math.max(0, Math.ceil(deadline - this.#timers.performance.now()));
    this.#timer = this.#timers.base.setTimeout(() => this.#act(ALARM), delay);
    this.#timer.unref?.();
  }

  #setRole(number) {
    const role = this.#call ? ROLES[number] : "alone";
    if (role === this.role) return;
    this.role = role;
    this.#announce();
  }

  /** Ends the core's socket, or its attempt. After 1012 it connects again at once. */
  #lose(code) {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#forget();
    socket?.lose(code, code === RESTART ? "retry_after=0" : "");
    if (code === RESTART || !socket) this.#reconnect(!socket);
  }

  #reconnect(isAttemptOver) {
    const place = this.#inbox?.inspect();
    if (place >= 0 || place === GIVEN_UP || (isAttemptOver && place === CONNECTING)) this.#inbox.retry();
  }

  /** Passes a frame to the core of a tab, or, with -1, of all. */
  #deliver(tab, text) {
    const line = this.#call(LINE);
    if (tab !== this.#me && line >= 0) this.#post(tab, DOWN, line, 0, text);
    if (tab === this.#me || tab < 0) this.#socket?.emit("message", { data: text });
  }

  // The address.

  async #dial(dial) {
    const attempt = this.#attempt;
    if (attempt?.dial !== dial) return;
    attempt.isOwn = true;
    try {
      const { url, protocols } = this.#options;
      attempt.protocols = await resolved(protocols);
      attempt.resolve(await this.#address(url));
    } catch (error) {
      attempt.reject(error);
    }
  }

  /** The address for the next WebSocket: that of a visible tab, if this one's was refused or fails while it is hidden. */
  async #address(url) {
    if (typeof url !== "function") return url;
    const isRefused = this.#isRefused && globalThis.document?.hidden;
    this.#isRefused = false;
    const other = isRefused && (await this.#askForAddress());
    if (other) return other;
    try {
      return await url({});
    } catch (error) {
      const found = await this.#askForAddress();
      if (found) return found;
      throw error;
    }
  }

  #askForAddress() {
    if (!this.#channel || this.role !== LEADING) return undefined;
    return new Promise((resolve) => {
      this.#addressOf = resolve;
      this.#timers.base.setTimeout(resolve, ADDRESS_WITHIN);
      this.#post(-1, ADDRESS_WANTED);
    });
  }

  async #tellAddress(leader) {
    const { url } = this.#options;
    if (globalThis.document?.hidden || typeof url !== "function") return;
    try {
      this.#post(leader, ADDRESS, 0, 0, String(await url({})));
    } catch {
      // Another tab may have one.
    }
  }

  // The channel and the lock.

  #openChannel() {
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** @param {number} to the tab, or -1 for all @param {number} kind @param {number} [a] @param {number} [b] @param {string} [text] @param {number} [epoch] */
  #post(to, kind, a = 0, b = 0, text = undefined, epoch = this.#call?.(EPOCH)) {
    // A hidden tab's timers are late: a visible one rings them.
    const due = kind === HERE && globalThis.document?.hidden ? this.#due() : undefined;
    const word = { from: this.#me, to, epoch, kind, a, b: due === undefined ? b : (b % 4) + 4 * (due + 1), text };
    this.#channel?.postMessage(word);
  }

  #due() {
    const mine = this.#call(DEADLINE);
    const all = [this.#timers.due, mine < 0 ? undefined : Math.ceil(mine - this.#timers.performance.now())];
    const times = all.filter((due) => due !== undefined);
    return times.length > 0 ? Math.max(0, Math.min(...times)) : undefined;
  }

  #hear({ from, to, epoch, kind, a, b, text }) {
    if ((to >= 0 && to !== this.#me) || !this.#call) return;
    if (kind === SIGNED_OUT) {
      this.#isTold = true;
      return this.#inbox.disconnect();
    }
    if (kind === BYE) this.#seen.delete(from);
    if (kind === ADDRESS_WANTED) return void this.#tellAddress(from);
    if (kind === ADDRESS) return this.#addressOf?.(text);
    if (kind === OPENED) this.#welcome = text;
    if (this.#call(HEAR, from, epoch, kind, a, b) === 1) {
      if (kind === UP) {
        this.#seen.add(from);
        this.#hub.ask(from, text);
      } else this.#socket?.emit("message", { data: text });
    }
    this.#drain();
  }

  #requestLock() {
    const request = { abort: new AbortController(), release: () => {}, isHeld: false };
    this.#lock = request;
    const { signal } = request.abort;
    const held = () => {
      if (signal.aborted) return undefined;
      request.isHeld = true;
      const released = new Promise((resolve) => (request.release = () => resolve(undefined)));
      this.#act(GRANTED, Date.now());
      return released;
    };
    const ended = () => this.#lockEnded(request);
    navigator.locks.request(this.#name, { signal }, held).then(ended, ended);
  }

  #lockEnded(request) {
    if (this.#lock !== request || request.abort.signal.aborted) return;
    if (request.isHeld) return this.#act(LOCK_LOST);
    // The page may have no locks, as in a sandboxed frame.
    this.#leave();
    if (!this.#socket && this.#attempt) this.#dial(this.#attempt.dial);
  }

  #unlock() {
    this.#lock?.abort.abort();
    this.#lock?.release();
    this.#lock = undefined;
  }
}

const resolved = (option) => (typeof option === "function" ? option({}) : option);
