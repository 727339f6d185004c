// The hot path: receives a frame's text and calls the listeners.
//
// Rust receives only numbers. The object that JSON.parse returns goes to the listeners unchanged: copying it through
// wasm memory and back would cost fifteen times the parse.

import { Control } from "./control.js";
import { Listeners, NO_SLOT, hasListeners } from "./listeners.js";
import { certainSeq, likelyId, seqOf } from "./messages.js";
import {
  DELIVER,
  DELIVERED,
  NOT_AN_OBJECT,
  NOT_TEXT,
  RECEIVE,
  RECEIVE_UNUSABLE,
  SYNC_TOO_LONG,
  TOO_LONG,
} from "./numbers.js";

export class Incoming {
  listeners = new Listeners();
  control;
  #command;
  // Messages that arrived early, by the id that Rust assigned.
  #held = new Map();

  constructor(command, outgoing) {
    this.#command = command;
    this.control = new Control(command, this.listeners.conversations, outgoing, this.deliver);
  }

  /** Reads a socket's frames, and reports each to Rust exactly once. */
  read(raw, socket, { frameLimit, keepalive, wire }) {
    const command = this.#command;
    const { control } = this;
    const { conversations, everything } = this.listeners;
    control.begin(socket);
    raw.onmessage = ({ data }) => {
      if (typeof data !== "string") return command(RECEIVE_UNUSABLE, socket, 0, NOT_TEXT);
      if (data.length > frameLimit) return command(RECEIVE_UNUSABLE, socket, data.length, tooLong(data));
      if (wire !== undefined) return wire.receive(data, raw, socket);
      const likely = likelyId(data);
      let conversation = conversations.byId.get(likely);
      // A message without listeners is not parsed if its raw text alone proves what it is.
      if (!hasListeners(conversation) && !hasListeners(everything) && !control.isNegotiating) {
        const seq = certainSeq(data, likely);
        if (seq >= 0) {
          if (seq > 0) conversation ??= conversations.of(likely);
          const verdict = command(RECEIVE, socket, seq > 0 ? conversation.slot : NO_SLOT, seq, data.length, 0);
          if (verdict >= 0) this.#held.set(verdict, { message: parse(data), conversation });
          return;
        }
      }
      const frame = parse(data);
      if (control.answerPing(raw, keepalive, frame ?? data, data.length)) return;
      if (frame === undefined) return command(RECEIVE_UNUSABLE, socket, data.length, NOT_AN_OBJECT);
      const concerns = control.concerns(frame);
      if (concerns && control.take(frame, data.length)) return;
      const seq = seqOf(frame);
      // `take` may have called listeners, which may have left, so that the conversation was forgotten.
      if (concerns || frame.conversation_id !== likely) conversation = conversations.byId.get(frame.conversation_id);
      if (seq > 0) conversation ??= conversations.of(frame.conversation_id);
      const slot = conversation === undefined ? NO_SLOT : conversation.slot;
      const verdict = command(RECEIVE, socket, slot, seq, data.length, 1);
      if (verdict === DELIVER) this.deliver(frame, conversation);
      else if (verdict >= 0) this.#held.set(verdict, { message: frame, conversation });
    };
  }

  /**
   * Handles a frame of another wire, of which the listeners receive `deliveries`; these are undefined if it has not been
   * parsed, because it has no listeners.
   *
   * @param {{frame: any, conversationId: any, isMessage: boolean}[] | undefined} deliveries
   */
  deliverAll(socket, characters, deliveries) {
    const verdict = this.#command(RECEIVE, socket, NO_SLOT, 0, characters, deliveries === undefined ? 0 : 1);
    if (verdict !== DELIVER || deliveries === undefined) return;
    let calls = 0;
    try {
      for (const { frame, conversationId, isMessage } of deliveries) {
        calls += this.listeners.dispatch(frame, this.listeners.conversations.byId.get(conversationId), isMessage);
      }
    } finally {
      this.#command(DELIVERED, calls);
    }
  }

  /** Calls the listeners of a message that Rust has judged DELIVER. Effects wait until all have been called. */
  deliver = (message, conversation) => {
    let calls = 0;
    try {
      calls = this.listeners.dispatch(message, conversation);
    } finally {
      this.#command(DELIVERED, calls);
    }
  };

  /** Calls the listeners of a held message, and forgets it. Returns the number of calls. */
  deliverHeld(id) {
    const { message, conversation } = this.#held.get(id);
    this.#held.delete(id);
    // The scan of the raw text had accepted it, but it is not JSON.
    return message === undefined ? 0 : this.listeners.dispatch(message, conversation);
  }

  forgetHeld(id) {
    this.#held.delete(id);
  }

  /** Calls the listeners with a gap. Returns the number of calls. */
  reportGap(slot, after, before) {
    const conversation = this.listeners.conversations.at(slot);
    return this.listeners.dispatch({ action: "gap", conversation_id: conversation.id, after, before }, conversation);
  }
}

/** Returns the object that a text encodes, or undefined if it does not encode one. */
function parse(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}

/** Why a long frame is unusable. The match cannot be inside a string, because its quotes would be escaped there. */
function tooLong(text) {
  return text.includes('"sync_response"') ? SYNC_TOO_LONG : TOO_LONG;
}
