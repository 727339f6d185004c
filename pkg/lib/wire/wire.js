import { attempt, idOf, isObject, isPromise, mistake, reasonOf, report, reportMistake, textOf } from "./checks.js";
import { createOpening } from "./opening.js";
import { createRooms } from "./rooms.js";
import { scanner } from "./scan.js";

/**
 * Returns what the core asks about another wire.
 *
 * @param {import("../../index.js").Adapter} adapter
 * @param {import("../../index.js").Options} options
 * @param {any} socketOf the conversation of the connection, with a socket for each
 */
export function createWire(adapter, options, socketOf) {
  const { conversationId: where, incoming, outgoing, history, ack, onOpen } = adapter;
  const { request, answer } = typeof history === "function" ? { request: history, answer: undefined } : { ...history };
  const idIn = typeof where === "string" ? reader(where) : where;
  const ackIn = typeof ack === "string" ? reader(ack) : ack;
  let inbox, frames, rooms;
  /** @type {ReturnType<typeof createOpening> | undefined} */
  let opening;
  // Whether `onOpen` and the joins are done on the present connection.
  let isOpen = false;
  // The conversations whose history was requested on this connection, until the answer.
  let asked = [];
  /** Conversation id → its frames that are not settled, for which it must stay joined. @type {Map<any, number>} */
  const pending = new Map();

  const conversation = (id) => frames.listeners.conversations.byId.get(id);
  const hasListeners = (id) => conversation(id)?.first !== undefined;
  const isNeeded = (id) => pending.has(id) || hasListeners(id);
  const provesUnheard = typeof where === "string" && scanner(where, hasListeners);

  /** Tells a conversation's listeners that the server has refused its join. */
  const refuseJoin = (id, detail) => {
    const frame = { action: "error", code: "join_refused", detail, conversation_id: id };
    frames.listeners.dispatch(frame, conversation(id), false);
  };

  /** Settles the message that a frame acknowledges. Returns whether there was one. */
  const acknowledge = (frame, socket) => {
    const given = attempt(() => ackIn?.(frame));
    const { clientId = given, messageId, reason } = Object(given);
    return frames.acknowledge(socket, clientId, messageId, reason === undefined ? reason : String(reason ?? "refused"));
  };

  /** Returns what listeners receive of a frame. */
  const read = (frame) => {
    if (!incoming) {
      // As on this package's own wire, text reaches no listener, unless the adapter reads it.
      if (typeof frame === "string" && typeof where !== "function") return [];
      return [delivery("conversationId", frame, idIn?.(frame))];
    }
    return [incoming(frame) ?? []].flat().map((given) => {
      if (!isObject(given) || isPromise(given)) {
        throw mistake("incoming", "return { conversationId, frame }, an array of them, null or undefined", given);
      }
      const { conversationId, frame: told = frame } = /** @type {import("../../index.js").Delivery} */ (given);
      return delivery("incoming", told, conversationId);
    });
  };

  const delivery = (member, frame, id) => ({
    conversationId: socketOf ?? idOf(member, id),
    frame,
    isMessage: adapter.isMessage?.(frame) ?? true,
  });

  /** Returns a history as listeners receive it. An answer that names no conversation is that of the oldest request. */
  const readHistory = (messages, named = null) => {
    const at = named === null ? 0 : asked.indexOf(named);
    const [id = null] = at < 0 ? [] : asked.splice(at, 1);
    const conversationId = named ?? id;
    const frame = { action: "messages_response", conversation_id: conversationId, messages };
    return [{ conversationId, frame, isMessage: false }];
  };

  const deliver = (frame, characters, socket) => {
    const isAck = ack !== undefined && acknowledge(frame, socket);
    let deliveries = [];
    try {
      deliveries = read(frame);
    } catch (error) {
      report(error);
    }
    if (isAck) deliveries = deliveries.filter(({ conversationId }) => conversationId !== null);
    const messages = answer && attempt(() => answer(frame));
    if (Array.isArray(messages)) deliveries = readHistory(messages, deliveries[0]?.conversationId);
    frames.deliverAll(socket, characters, deliveries);
  };

  const isUnheard = (text) => {
    if (!provesUnheard || !isOpen || opening?.isWaiting() || asked.length > 0 || frames.listeners.everything.first)
      return false;
    if (ack && inbox.outgoing.drafts.size > 0) return false;
    return provesUnheard(text);
  };

  return {
    // The options of these names in src/core/config.rs, as numbers.
    acks: ack && 1,
    resend: adapter.resend === false ? 0 : undefined,

    /** @param {any} own the inbox @param {any} incoming its received frames */
    attach(own, incoming, later) {
      inbox = own;
      frames = incoming;
      rooms = createRooms(adapter, options, isNeeded, later, refuseJoin);
    },

    /** Opens a connection after its handshake. Calls `opened`, or `refused` with the reason. */
    async begin(raw, socket, opened, refused) {
      const mine = (opening = createOpening(raw, socketOf));
      try {
        if (onOpen) await onOpen(mine.connectionFor("onOpen"));
      } catch (error) {
        // If the connection has ended meanwhile, the server has not refused it.
        if (opening !== mine) return;
        reportMistake(error);
        return refused(reasonOf(error));
      }
      const { byId } = frames.listeners.conversations;
      if (opening === mine)
        await rooms.begin(
          mine.connectionFor("join"),
          [...new Set([...byId.keys(), ...pending.keys()])].filter(isNeeded),
        );
      if (opening !== mine) return;
      isOpen = true;
      opened();
      for (const { frame, characters } of mine.kept.splice(0)) deliver(frame, characters, socket);
    },

    end() {
      opening?.end();
      opening = undefined;
      isOpen = false;
      asked = [];
      rooms.end();
    },

    /** Returns the close code to act upon; undefined for the received one. */
    closeCode(code, reason) {
      const again = attempt(() => adapter.reconnect?.(code, reason));
      return again === undefined ? undefined : again ? 1006 : 1000;
    },

    joined({ id }) {
      if (id !== null) rooms.join(id);
    },

    left({ id, first }) {
      if (id !== null && first === undefined) rooms.leave(id);
    },

    /** Posts a frame for a conversation after its join, and keeps it joined until the frame is settled. */
    afterJoin(id, post) {
      if (!adapter.join || (typeof id !== "string" && typeof id !== "number")) return undefined;
      pending.set(id, (pending.get(id) ?? 0) + 1);
      const join = rooms.join(id);
      const result = join?.then((reason) => (reason === undefined ? post() : { status: "failed", reason })) ?? post();
      return result.finally(() => {
        const left = (pending.get(id) ?? 0) - 1;
        if (left > 0) pending.set(id, left);
        else pending.delete(id);
        if (!isNeeded(id)) rooms.leave(id);
      });
    },

    receive(text, raw, socket) {
      if (isUnheard(text)) return frames.deliverAll(socket, text.length, undefined);
      const frame = parse(text);
      if (frames.answerPing(socket, raw, options.keepalive, frame, text.length)) return;
      const isTaken = opening?.take(frame);
      if (isTaken) frames.deliverAll(socket, text.length, []);
      else if (isOpen) deliver(frame, text.length, socket);
      else opening?.kept.push({ frame, characters: text.length });
    },

    /** Returns the text of a message's frame. Throws an error that says why there is none. */
    message: (message) => textOf("outgoing", outgoing ? outgoing(message) : usual(adapter, message)),

    /** Returns the draft of a request for a conversation's history. Throws an error that says why there is none. */
    request(conversationId, makeDraft) {
      if (!request) throw new TypeError("`adapter.history` must be set to request messages");
      const draft = makeDraft(textOf("history", request(conversationId)));
      draft.sent = () => void asked.push(conversationId);
      return draft;
    },
  };
}

/**
 * The frame of a message without `outgoing`: each value at its path.
 *
 * @param {import("../../index.js").Adapter} adapter
 * @param {import("../../index.js").OutgoingMessage} message
 */
function usual({ conversationId: where, message: text = "message", ref }, { conversationId, message, type, clientId }) {
  /** @type {Record<string, unknown>} */
  const frame = {};
  setAt(frame, typeof where === "string" ? where : "conversation_id", conversationId);
  setAt(frame, text, message);
  if (ref) setAt(frame, ref, clientId);
  if (type !== undefined) frame.type = type;
  return frame;
}

/** Returns a function that returns the value at a path such as "data.chat_room_id". */
function reader(path) {
  const names = path.split(".");
  return (value) => {
    for (const name of names) value = value?.[name];
    return value;
  };
}

/** Sets the value at a path, and creates the objects on the way. */
function setAt(object, path, value) {
  const names = path.split(".");
  const last = names.pop();
  names.reduce((object, name) => (object[name] ??= {}), object)[last] = value;
}

/** Returns the object or array that a text encodes, or else the text. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : text;
  } catch {
    return text;
  }
}
