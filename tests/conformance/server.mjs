// A small faithful server that keeps its messages in memory, with a switch for each fault.

import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";

import { readFrame, Refused } from "./frames.mjs";

/** Messages of one user per window, and the window in ms. */
const LIMIT = 300;
const WINDOW = 500;
/** The largest `messages_response`, and the rest of it beside the messages, in bytes. */
const HISTORY_BYTES = 65_536 - 200;

/** @typedef {(typeof import("./faults.mjs").FAULTS)[number][0]} Fault */

/** Starts the server. @param {Fault} fault */
export async function startServer(fault) {
  const server = new WebSocketServer({ port: 0, maxPayload: 2 ** 20 });
  const state = new State(fault, server);
  server.on("connection", (socket, request) => state.connect(socket, request));
  await new Promise((resolve) => server.once("listening", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    state,
    url: `ws://127.0.0.1:${port}/ws/inbox/`,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class State {
  /** By conversation. The history of 2 begins after a floor. @type {Record<string, any[]>} */
  messages = { 2: [], 7: [], 9: [] };
  floors = { 2: 5, 7: 0, 9: 0 };
  participants = { 2: ["ana", "ben"], 7: ["ana"], 9: ["ben"] };
  /** By user and conversation: the head when the user joined again. @type {Record<string, number>} */
  joined = {};
  heads = { 2: 5, 7: 0, 9: 0 };
  /** By sender and client_id. */
  sent = new Map();
  /** The same, as it survives a kill. */
  saved = new Map();
  /** How often the server was started. */
  lives = 1;
  /** By user: the messages in this window. */
  counts = new Map();
  lastId = 0;
  /** Who has left which conversation. @type {{id: number, user: string} | undefined} */
  away;

  /** @param {Fault} fault @param {WebSocketServer} server */
  constructor(fault, server) {
    this.fault = fault;
    this.server = server;
  }

  connect(socket, request) {
    socket.on("error", () => {}); // a close follows
    const { pathname, searchParams } = new URL(request.url, "ws://localhost");
    const { origin } = request.headers;
    if (pathname !== "/ws/inbox/") return socket.close(4404);
    if (origin !== undefined && origin !== "https://chat.example") return socket.close(4403);
    Object.assign(socket, { user: searchParams.get("user"), layer: 0, frames: 0, arrived: 0, rejected: null });
    if (socket.user === null) return socket.close(4401);
    socket.on("message", (data) => {
      const isLate =
        this.fault === "messages of a connection out of order" && this.isBusy() && ++socket.arrived % 2 === 0;
      if (isLate) setTimeout(() => this.receive(socket, String(data)), 3);
      else this.receive(socket, String(data));
    });
  }

  /** @param {string | number} id @param {string} user */
  leave(id, user) {
    this.participants[id] = this.participants[id].filter((name) => name !== user);
    this.away = { id: Number(id), user };
  }

  /** @param {string | number} id @param {string} user */
  join(id, user) {
    this.participants[id].push(user);
    this.joined[`${user} ${id}`] = this.heads[id];
    this.away = undefined;
    if (this.fault !== "no message after joining again") return;
    for (const socket of this.clientsOf(user)) socket.isDeaf = true;
  }

  /** @param {string} user @returns {any[]} */
  clientsOf(user) {
    return [...this.server.clients].filter((/** @type {any} */ socket) => socket.user === user);
  }

  /** Ends all connections without a close frame, and loses what a process keeps in memory. */
  restart() {
    for (const socket of this.server.clients) socket.terminate();
    this.lives += 1;
    this.sent = new Map(this.saved);
    this.counts.clear();
    if (this.fault === "stored messages lost in a kill") {
      for (const { seq } of this.messages[2].splice(-3)) this.heads[2] = Math.min(this.heads[2], seq - 1);
    }
    if (this.fault === "client_ids lost in a kill") this.sent.clear();
    if (this.fault === "numbers repeated after a kill") this.heads[2] -= 2;
  }

  receive(socket, text) {
    let frame = {};
    try {
      socket.frames += 1;
      const largeNumbers = this.fault === "numbers above 2^53 accepted";
      const inCharacters = this.fault === "frame measured in characters";
      frame = readFrame(text, socket.layer, { largeNumbers, inCharacters });
      const reply = this.do(socket, frame);
      if (reply) this.reply(socket, frame, reply);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(socket, error);
    }
  }

  async reply(socket, frame, reply) {
    const isEscaped = this.fault === "batch measured without escapes";
    const text = isEscaped ? escaped(JSON.stringify(reply)) : JSON.stringify(reply);
    if (this.fault === "client_id saved after the message" && reply.action !== "welcome") await sleep(5);
    if (this.fault === "replies out of order" && frame.action === "sync") await sleep(20);
    socket.send(text);
    if (this.fault === "history sent to all connections" && reply.action === "messages_response") {
      for (const other of this.others(reply.conversation_id)) if (other !== socket) other.send(text);
    }
  }

  /** @param {any} socket @param {Refused} refused */
  refuse(socket, { code, message, frame, retryAfter }) {
    const ref = this.fault === "error without a ref" && code === "unknown_action" ? null : undefined;
    const { client_id, id, conversation_id } = frame;
    const error = { action: "error", code, detail: message, ref: ref === null ? null : (client_id ?? id ?? null) };
    socket.send(JSON.stringify({ ...error, conversation_id, retry_after: retryAfter }));
    // A JSON error only: the malformed frames would fail too.
    if (this.fault === "error closes the connection" && code === "unknown_action" && ref === undefined) {
      if (frame.id === undefined && frame.action === "conformance" && socket.frames === 2) socket.close(4400);
    }
  }

  do(socket, frame) {
    switch (frame.action) {
      case undefined:
        return this.message(socket, frame);
      case "get_messages":
        return this.history(socket, frame);
      case "hello":
        return this.hello(socket);
      case "sync":
        return this.sync(socket, frame);
      default:
        return this.pong(socket, frame);
    }
  }

  message(socket, frame) {
    const { conversation_id: id, message, type = "TEXT" } = frame;
    const hasLayer1 = socket.layer === 1 || this.fault === "client_id used before hello";
    const clientId = hasLayer1 && typeof frame.client_id === "string" ? frame.client_id : undefined;
    const key = clientId === undefined ? undefined : JSON.stringify([socket.user, clientId]);
    const first = key && this.sent.get(key);
    if (first && (this.fault !== "repeated message stored twice" || id !== first.conversation_id))
      return this.repeated(socket, frame, first);
    this.participant(socket, frame);
    this.takeTurn(socket, frame);
    const stored = {
      conversation_id: id,
      seq: this.number(id),
      message,
      type,
      sender_id: socket.user,
      message_id: ++this.lastId,
      created_at: new Date().toISOString(),
    };
    if (key && !first) this.save(key, stored);
    if (this.fault === "ack before the message is stored") setTimeout(() => this.store(stored), 20);
    else this.store(stored);
    // A stored duplicate still gets the first one's ack.
    return clientId === undefined ? undefined : ackOf(first ?? stored, clientId);
  }

  save(key, stored) {
    this.sent.set(key, stored);
    if (this.fault === "client_id saved after the message") {
      const { lives } = this;
      setTimeout(() => lives === this.lives && this.saved.set(key, stored), 5);
    } else this.saved.set(key, stored);
  }

  repeated(socket, frame, first) {
    const clientId = frame.client_id;
    const isRejected = this.fault === "repeated message of a user who has left rejected";
    if (isRejected && this.isAway(first.conversation_id, socket.user)) this.participant(socket, frame);
    if (this.fault === "ack of a repeated message lost") return undefined;
    if (this.fault === "repeated message broadcast") this.broadcast(first);
    return ackOf(first, clientId);
  }

  number(id) {
    const step = this.fault === "seq with a hole" && this.isBusy() && this.heads[id] % 7 === 0 ? 2 : 1;
    return (this.heads[id] += step);
  }

  /** Both users write on several connections. */
  isBusy() {
    const writers = new Set([...this.server.clients].map((/** @type {any} */ { user, layer }) => layer === 1 && user));
    return this.server.clients.size === 4 && writers.has("ana") && writers.has("ben");
  }

  store(stored) {
    this.messages[stored.conversation_id].push(stored);
    this.broadcast(stored);
  }

  broadcast(stored) {
    for (const socket of this.others(stored.conversation_id)) {
      if (!socket.isDeaf) socket.send(JSON.stringify(stored));
    }
  }

  /** @returns {any[]} the connections of the participants */
  others(id) {
    const isGone = (user) => this.fault === "messages sent to a user who has left" && this.isAway(id, user);
    return [...this.server.clients].filter(
      (/** @type {any} */ { user }) => this.participants[id].includes(user) || isGone(user),
    );
  }

  /** Rejects the message if the user has sent too many, or if it would overtake a rejected one. */
  takeTurn(socket, frame) {
    const name = frame.client_id ?? "";
    const turn = socket.rejected;
    const hold = this.fault === "message overtakes a rejected one later" ? 0 : 10_000;
    const overtakes = turn && turn.name !== name && Date.now() < turn.until + hold;
    const window = this.counts.get(socket.user);
    const count = window && window.end > Date.now() ? window : { end: Date.now() + WINDOW, messages: 0 };
    this.counts.set(socket.user, count);
    // The fault shows if the kill comes while messages are stored, not while the limit holds them up.
    const isFull = count.messages >= LIMIT && this.fault !== "client_id saved after the message";
    const isLeaky =
      this.fault === "message overtakes a rejected one" &&
      isFull &&
      socket.frames > LIMIT &&
      ++count.messages % 10 === 0;
    if ((overtakes || isFull) && !isLeaky) {
      const retryAfter = Math.max(1, count.end - Date.now());
      if (!overtakes && socket.layer === 1) socket.rejected = { name, until: Date.now() + retryAfter };
      throw new Refused("rate_limited", "too many frames", frame, retryAfter);
    }
    if (!isLeaky) count.messages += 1;
    if (turn?.name === name) socket.rejected = null;
  }

  history(socket, frame) {
    this.participant(socket, frame);
    const { conversation_id, before = Number.POSITIVE_INFINITY, limit = 50 } = frame;
    const older = this.messages[conversation_id].filter(({ message_id }) => message_id < before);
    const messages = older.slice(-limit);
    const fits = () => Buffer.byteLength(JSON.stringify(messages)) <= HISTORY_BYTES || messages.length === 1;
    while (this.fault !== "history longer than 65,536 bytes" && !fits()) messages.shift();
    const has_more = older.length > messages.length && this.fault !== "has_more of the history false";
    return { action: "messages_response", conversation_id, messages, has_more };
  }

  hello(socket) {
    const isBusy = [...this.server.clients].some((/** @type {any} */ { frames }) => frames > 900);
    if (this.fault === "hello answered by an error when busy" && isBusy && socket.layer === 0) {
      throw new Refused("rate_limited", "too many frames", {}, 100);
    }
    socket.layer = 1;
    const heads = this.headsOf(socket.user, "head of a left conversation in welcome");
    if (this.fault === "heads above the stored messages") heads["2"] += 1;
    if (this.fault === "heads of other users' conversations") heads["9"] = this.heads[9];
    if (this.fault === "subscription after the heads" && this.server.clients.size > 4) {
      socket.isDeaf = true;
      setTimeout(() => (socket.isDeaf = false), 10);
    }
    const user_id = this.fault === "one user_id for all" ? 1 : socket.user;
    const welcome = { action: "welcome", protocol: 1, user_id, heartbeat: 25_000, heads };
    socket.welcome ??= welcome;
    return this.fault === "second welcome with the first heads" ? socket.welcome : welcome;
  }

  sync(socket, { id, after, bytes: given }) {
    const bytes = given ?? (this.fault === "default of bytes ignored" ? 262_144 : 32_768);

    const heads = this.headsOf(socket.user, "left conversation in sync");
    const most = this.fault === "batch of more than 200 messages" ? 1000 : 200;
    /** @type {any[]} */
    const messages = [];
    /** @type {Record<string, number>} */
    const floors = {};
    let [size, isCut] = [0, false];
    for (const [conversation, cursor] of Object.entries(after).filter(([key]) => key in heads)) {
      const floor = Math.max(this.floors[conversation], this.joined[`${socket.user} ${conversation}`] ?? 0);
      if (cursor < floor) floors[conversation] = floor;
      if (this.fault === "history withheld without a floor" && cursor < floor) {
        delete floors[conversation];
        continue;
      }
      for (const message of this.messages[conversation].filter(({ seq }) => seq > Math.max(cursor, floor))) {
        size += Buffer.byteLength(JSON.stringify(message)) + 1;
        isCut ||= messages.length === most || (messages.length > 0 && size > bytes - 200);
        if (!isCut) messages.push(message);
      }
    }
    const complete = Object.keys(floors).length === 0;
    const reply = { action: "sync_response", id, messages, heads, has_more: isCut, complete, floors };
    if (this.fault === "floor missing") Object.assign(reply, { floors: {}, complete: true });
    const hasJoined = floors["2"] > this.floors[2];
    if (this.fault === "hole after joining again" && hasJoined && after["2"] > 0)
      Object.assign(reply, { floors: {}, complete: true });
    if (this.fault === "other message_id in sync") {
      reply.messages = messages.map((message) => ({ ...message, message_id: message.message_id + 1 }));
    }
    if (this.fault === "has_more without progress" && isCut && bytes === 4096) reply.messages = [];
    if (this.fault === "message above the heads of sync" && messages.length > 4) heads["2"] = messages[0].seq;
    return reply;
  }

  pong(socket, { id }) {
    const heads = this.headsOf(socket.user, "left conversation in total");
    const total = Object.values(heads).reduce((sum, head) => sum + head, 0);
    return { action: "pong", id, total: this.fault === "wrong total in pong" ? total + 1000 : total };
  }

  /** @param {string} user @param {Fault} leak the fault with which the heads contain what the user has left */
  headsOf(user, leak) {
    const isOwn = (/** @type {[string, number]} */ [id]) =>
      this.participants[id].includes(user) || (this.fault === leak && this.isAway(id, user));
    return Object.fromEntries(Object.entries(this.heads).filter(isOwn));
  }

  /** @param {string | number} id @param {string} user */
  isAway(id, user) {
    return this.away?.id === Number(id) && this.away.user === user;
  }

  participant(socket, frame) {
    const { conversation_id: id } = frame;
    if (this.participants[id]?.includes(socket.user)) return;
    if (this.fault === "messages accepted from a user who has left" && this.isAway(id, socket.user)) return;
    const differs = this.fault === "another error for a missing conversation" && !(id in this.participants);
    throw new Refused("not_found", differs ? "no such conversation" : "unknown conversation", frame);
  }
}

/** Writes what is not ASCII as an escape. @param {string} text */
const escaped = (text) =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

function ackOf({ conversation_id, message_id, seq }, client_id) {
  return { action: "ack", client_id, conversation_id, message_id, seq };
}
