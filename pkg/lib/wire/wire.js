// What the core asks about another wire: see `wire` in src/browser/inbox.js.

import { expected, reasonOf, setAt, valueAt } from "./members.js";
import { Opening } from "./opening.js";
import { Rooms } from "./rooms.js";
import { scanner } from "./scan.js";

export class Wire {
  // The options of this name in src/core/config.rs, as numbers.
  acks;
  resend;
  #members;
  #adapter;
  #options;
  // With a socket for each conversation.
  #conversationId;
  #inbox;
  #incoming;
  #rooms;
  #scan;
  /** @type {Opening | undefined} */
  #connection;
  // Whether the opening of the connection is done.
  #isOpen = false;
  // The conversations whose history was requested on this connection, until the answer.
  #asked = [];

  constructor(members, options, conversationId) {
    const { adapter } = (this.#members = members);
    this.#adapter = adapter;
    this.#options = options;
    this.#conversationId = conversationId;
    this.acks = adapter.ack ? 1 : undefined;
    this.resend = adapter.resend === false ? 0 : undefined;
    if (typeof adapter.conversationId === "string") this.#scan = scanner(adapter.conversationId);
  }

  attach(inbox, incoming, later) {
    this.#inbox = inbox;
    this.#incoming = incoming;
    this.#rooms = new Rooms(this.#members, this.#options, incoming.listeners, later, (id, detail) => {
      const frame = { action: "error", code: "join_refused", detail, conversation_id: id };
      incoming.listeners.dispatch(frame, incoming.listeners.conversations.byId.get(id), false);
    });
  }

  // Connections.

  /** Opens a connection on this wire after its handshake. Calls `opened`, or `refused` with the reason. */
  async begin(raw, socket, opened, refused) {
    const { onOpen } = this.#adapter;
    const text = (frame) => this.#members.text("onOpen", frame);
    const connection = (this.#connection = new Opening(raw, text, this.#conversationId));
    const isCurrent = () => this.#connection === connection;
    try {
      if (onOpen) await onOpen(connection);
    } catch (error) {
      // The connection may have ended meanwhile, which is no refusal.
      if (!isCurrent()) return;
      this.#members.report(error);
      return refused(reasonOf(error));
    }
    if (isCurrent()) await this.#rooms.begin(connection);
    if (!isCurrent()) return;
    this.#isOpen = true;
    opened();
    for (const { frame, characters } of connection.kept.splice(0)) this.#read(frame, characters, socket);
  }

  end() {
    this.#connection?.end();
    this.#connection = undefined;
    this.#isOpen = false;
    this.#asked = [];
    this.#rooms.end();
  }

  /** Returns the close code to act upon, undefined for the received one. */
  closeCode(code, reason) {
    const again = this.#members.read(() => this.#adapter.reconnect?.(code, reason));
    return again === undefined ? undefined : again ? 1006 : 1000;
  }

  // Conversations.

  joined({ id }) {
    if (id !== null) void this.#rooms.join(id);
  }

  left({ id, first }) {
    if (id !== null && first === undefined) this.#rooms.leave(id);
  }

  /** Posts a frame for a conversation after its join, for which a conversation without listeners is joined briefly. */
  afterJoin(id, post) {
    if (!this.#adapter.join || (typeof id !== "string" && typeof id !== "number")) return undefined;
    const end = this.#hasListeners(id) ? undefined : this.#inbox.subscribe(id, () => {});
    const join = this.#rooms.join(id);
    const result = join
      ? join.then((reason) => (reason === undefined ? post() : { status: "failed", reason }))
      : post();
    if (end) void result.finally(end);
    return result;
  }

  // Received frames.

  receive(data, raw, socket) {
    if (this.#isUnheard(data)) return this.#incoming.deliverAll(socket, data.length, undefined);
    const frame = parse(data);
    if (this.#incoming.control.answerPing(raw, this.#options.keepalive, frame, data.length)) return;
    const isTaken = this.#connection?.take(frame);
    if (isTaken || this.#isOpen) this.#read(isTaken ? undefined : frame, data.length, socket);
    else this.#connection?.kept.push({ frame, characters: data.length });
  }

  /** @param {any} frame undefined if the application has taken it */
  #read(frame, characters, socket) {
    const deliveries = frame === undefined ? [] : this.#deliveriesOf(frame);
    this.#incoming.deliverAll(socket, characters, deliveries);
  }

  #deliveriesOf(frame) {
    const isAck = this.#acknowledge(frame);
    const deliveries = (this.#members.read(() => this.#incomingOf(frame)) ?? []).filter(
      ({ conversationId }) => !isAck || conversationId !== null,
    );
    const messages = this.#members.read(() => this.#adapter.history?.answer?.(frame));
    if (!Array.isArray(messages)) return deliveries;
    const conversationId = this.#answered(deliveries[0]?.conversationId);
    const answer = { action: "messages_response", conversation_id: conversationId, messages };
    return [{ conversationId, frame: answer, isMessage: false }];
  }

  /** Returns the conversation of a history: the one that the answer names, or else that of the oldest request. */
  #answered(named) {
    const at = (named ?? null) === null ? 0 : this.#asked.indexOf(named);
    const [asked = null] = at < 0 ? [] : this.#asked.splice(at, 1);
    return named ?? asked;
  }

  /** What the listeners receive of a frame. */
  #incomingOf(frame) {
    const { incoming, conversationId: where } = this.#adapter;
    const fixed = this.#conversationId;
    // As on this package's own wire, only an adapter that reads text receives any.
    if (typeof frame === "string" && !incoming && typeof where !== "function") return [];
    const given = incoming
      ? incoming(frame)
      : { conversationId: typeof where === "string" ? valueAt(frame, where) : where?.(frame) };
    const member = incoming ? "incoming" : "conversationId";
    return [given ?? []].flat().map((each) => {
      if (
        typeof each !== "object" ||
        typeof each?.then === "function" ||
        (incoming && fixed === undefined && !("conversationId" in each))
      ) {
        throw expected(member, "return { conversationId, frame }, an array of them, null or undefined", each);
      }
      const { conversationId, frame: told = frame } = each;
      const id = fixed ?? this.#members.id(member, conversationId);
      const isMessage = this.#adapter.isMessage?.(told) ?? true;
      return { conversationId: id, frame: told, isMessage };
    });
  }

  /** Settles the message that a frame acknowledges. Returns whether there was one. */
  #acknowledge(frame) {
    const { ack } = this.#adapter;
    if (!ack) return false;
    const given = this.#members.read(() => (typeof ack === "string" ? valueAt(frame, ack) : ack(frame)));
    const { clientId = given, messageId, reason } = Object(given);
    if (this.#inbox.outgoing.sendOf(clientId) === undefined) return false;
    const { control } = this.#incoming;
    if (reason === undefined) control.readAck({ client_id: clientId, message_id: messageId });
    else control.readError({ code: "refused", detail: reason, ref: clientId });
    return true;
  }

  #isUnheard(data) {
    if (!this.#scan || !this.#isOpen || this.#connection?.isWaiting || this.#asked.length > 0) return false;
    if (this.#incoming.listeners.everything.first || (this.acks && this.#inbox.outgoing.drafts.size > 0)) return false;
    const id = this.#scan(data);
    return id !== undefined && !this.#hasListeners(id);
  }

  #hasListeners(id) {
    return this.#incoming.listeners.conversations.byId.get(id)?.first !== undefined;
  }

  // Sent frames.

  /** Returns the frame of a message as text. Throws an error that says why there is none. */
  message(message) {
    const { outgoing } = this.#adapter;
    return this.#members.text("outgoing", outgoing ? outgoing(message) : this.#usual(message));
  }

  /** The frame of a message without `outgoing`: the id, the text and the client id at their paths. */
  #usual({ conversationId, message, type, clientId }) {
    const { conversationId: idPath, message: textPath = "message", ref } = this.#adapter;
    const frame = {};
    setAt(frame, typeof idPath === "string" ? idPath : "conversation_id", conversationId);
    setAt(frame, textPath, message);
    if (ref) setAt(frame, ref, clientId);
    if (type !== undefined) setAt(frame, "type", type);
    return frame;
  }

  /** Returns the draft of a request for a conversation's history. Throws if there is none. */
  request(conversationId, makeDraft) {
    const { history } = this.#adapter;
    if (history === undefined) throw new TypeError("`adapter.history` must be set to request messages");
    const ask = typeof history === "function" ? history : history.request;
    const draft = makeDraft(this.#members.text("history", ask(conversationId)));
    draft.sent = () => void this.#asked.push(conversationId);
    return draft;
  }
}

/** Returns the object or array that a text encodes, or else the text. */
function parse(text) {
  try {
    const parsed = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? parsed : text;
  } catch {
    return text;
  }
}
