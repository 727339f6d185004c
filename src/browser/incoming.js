// The hot path: receives a frame's text and calls the listeners.
//
// Rust receives only numbers. The object that JSON.parse returns goes to the listeners unchanged: copying it through
// wasm memory and back would cost fifteen times the parse.

import { Control, answerPing } from "./control.js";
import { Listeners, NO_SLOT, hasListeners } from "./listeners.js";
import { certainSeq, likelyId, seqOf } from "./messages.js";
import {
  ADD_PAIR,
  DELIVER,
  DELIVERED,
  DELIVER_HELD,
  FORGET_HELD,
  NOT_AN_OBJECT,
  NOT_TEXT,
  RECEIVE,
  RECEIVE_UNUSABLE,
  REPORT_GAP,
  SEND_HELLO,
  SEND_PING,
  SEND_SYNC,
  SYNC_TOO_LONG,
  TOO_LONG,
} from "./numbers.js";

export class Incoming {
  listeners = new Listeners();
  #command;
  #control;
  // Messages that arrived early, by the id that Rust assigned.
  #held = new Map();
  // Slots and numbers that Rust passes for the next frame.
  #pairs = [];

  constructor(command, outgoing) {
    this.#command = command;
    this.#control = new Control(command, this.listeners.conversations, outgoing, this.#deliver);
  }

  /** Reads a socket's frames, and reports each to Rust exactly once. */
  read(raw, socket, { frameLimit, keepalive }) {
    const command = this.#command;
    const control = this.#control;
    const { conversations, everything } = this.listeners;
    control.begin(socket);
    raw.onmessage = ({ data }) => {
      if (typeof data !== "string") return command(RECEIVE_UNUSABLE, socket, 0, NOT_TEXT);
      if (data.length > frameLimit) return command(RECEIVE_UNUSABLE, socket, data.length, tooLong(data));
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
      if (answerPing(command, socket, raw, keepalive, frame ?? data, data.length)) return;
      if (frame === undefined) return command(RECEIVE_UNUSABLE, socket, data.length, NOT_AN_OBJECT);
      const concerns = control.concerns(frame);
      if (concerns && control.take(frame, data.length)) return;
      const seq = seqOf(frame);
      // `take` may have called listeners, which may have left, so that the conversation was forgotten.
      if (concerns || frame.conversation_id !== likely) conversation = conversations.byId.get(frame.conversation_id);
      if (seq > 0) conversation ??= conversations.of(frame.conversation_id);
      const slot = conversation === undefined ? NO_SLOT : conversation.slot;
      const verdict = command(RECEIVE, socket, slot, seq, data.length, 1);
      if (verdict === DELIVER) this.#deliver(frame, conversation);
      else if (verdict >= 0) this.#held.set(verdict, { message: frame, conversation });
    };
  }

  /** After a logout: then the next connection may be any user's. */
  forgetUser() {
    this.#control.forgetUser();
  }

  /** Carries out an effect that concerns received messages. Returns the number of listeners called. */
  carryOut(what, a, b, c) {
    switch (what) {
      case ADD_PAIR:
        this.#pairs.push([a, b]);
        return 0;
      case DELIVER_HELD:
        return this.#deliverHeld(a);
      case REPORT_GAP:
        return this.#reportGap(a, b, c);
      case FORGET_HELD:
        this.#held.delete(a);
        return 0;
    }
  }

  /** Sends a control frame. */
  carryOutThrough(raw, what, a, b) {
    switch (what) {
      case SEND_HELLO:
        this.#control.sendHello(raw, this.#pairs.splice(0));
        return 0;
      case SEND_SYNC:
        this.#control.sendSync(raw, a, b, this.#pairs.splice(0));
        return 0;
      case SEND_PING:
        this.#control.sendPing(raw, a);
        return 0;
    }
  }

  /** Calls the listeners of a message that Rust has judged DELIVER. Effects wait until all have been called. */
  #deliver = (message, conversation) => {
    let calls = 0;
    try {
      calls = this.listeners.dispatch(message, conversation);
    } finally {
      this.#command(DELIVERED, calls);
    }
  };

  /** Calls the listeners of a held message, and forgets it. Returns the number of calls. */
  #deliverHeld(id) {
    const { message, conversation } = this.#held.get(id);
    this.#held.delete(id);
    // The scan of the raw text had accepted it, but it is not JSON.
    return message === undefined ? 0 : this.listeners.dispatch(message, conversation);
  }

  /** Calls the listeners with a gap. Returns the number of calls. */
  #reportGap(slot, after, before) {
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
