// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers go to Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the listeners as it
// is: carrying it through wasm memory and back would cost fifteen times the parse.

import { Control } from "./control.js";
import { Listeners, NO_SLOT, isHeard } from "./listeners.js";
import { certainSeq, likelyId, seqOf } from "./messages.js";
import {
  DELIVER, DELIVERED, NOT_AN_OBJECT, NOT_TEXT, RECEIVE, RECEIVE_UNUSABLE, SYNC_TOO_LONG, TOO_LONG,
} from "./numbers.js";

export class Incoming {
  listeners = new Listeners();
  control;
  #tell;
  // Messages that came too early, by the id that Rust gave them.
  #held = new Map();

  constructor(tell, outgoing) {
    this.#tell = tell;
    this.control = new Control(tell, this.listeners.conversations, outgoing, this.deliver);
  }

  /** Reads a socket's frames. Each one is told to Rust exactly once. */
  read(raw, socket, { frameLimit, keepalive }) {
    const tell = this.#tell;
    const { control } = this;
    const { conversations, everything } = this.listeners;
    control.begin(socket);
    raw.onmessage = ({ data }) => {
      if (typeof data !== "string") return tell(RECEIVE_UNUSABLE, socket, 0, NOT_TEXT);
      if (data.length > frameLimit) return tell(RECEIVE_UNUSABLE, socket, data.length, tooLong(data));
      const likely = likelyId(data);
      let heard = conversations.byId.get(likely);
      // What nobody listens to is not parsed, where the raw text tells for certain what it is.
      if (!isHeard(heard) && !isHeard(everything) && !control.isUndecided) {
        const seq = certainSeq(data, likely);
        if (seq >= 0) {
          if (seq > 0) heard ??= conversations.of(likely);
          const verdict = tell(RECEIVE, socket, seq > 0 ? heard.slot : NO_SLOT, seq, data.length, 0);
          if (verdict >= 0) this.#held.set(verdict, { message: parse(data), heard });
          return;
        }
      }
      const frame = parse(data);
      if (control.answerPing(raw, keepalive, frame ?? data, data.length)) return;
      if (frame === undefined) return tell(RECEIVE_UNUSABLE, socket, data.length, NOT_AN_OBJECT);
      const concerns = control.concerns(frame);
      if (concerns && control.take(frame, data.length)) return;
      const seq = seqOf(frame);
      // Listeners that were called meanwhile may have had the conversation forgotten.
      if (concerns || frame.conversation_id !== likely) heard = conversations.byId.get(frame.conversation_id);
      if (seq > 0) heard ??= conversations.of(frame.conversation_id);
      const verdict = tell(RECEIVE, socket, heard === undefined ? NO_SLOT : heard.slot, seq, data.length, 1);
      if (verdict === DELIVER) this.deliver(frame, heard);
      else if (verdict >= 0) this.#held.set(verdict, { message: frame, heard });
    };
  }

  /**
   * Calls the listeners of a message that Rust has let through. Whatever they do that has effects waits until all were
   * called.
   */
  deliver = (message, heard) => {
    let calls = 0;
    try {
      calls = this.listeners.dispatch(message, heard);
    } finally {
      this.#tell(DELIVERED, calls);
    }
  };

  /** Calls the listeners of a message that was held, and forgets it; returns how many calls that were. */
  deliverHeld(id) {
    const { message, heard } = this.#held.get(id);
    this.#held.delete(id);
    // It was counted by its raw text, and turned out to be no JSON.
    return message === undefined ? 0 : this.listeners.dispatch(message, heard);
  }

  forgetHeld(id) {
    this.#held.delete(id);
  }

  /** Tells of messages that are missing; returns how many calls that were. */
  reportGap(slot, after, before) {
    const heard = this.listeners.conversations.at(slot);
    return this.listeners.dispatch({ action: "gap", conversation_id: heard.id, after, before }, heard);
  }
}

/** The object that a text is, or undefined if it is none. */
function parse(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}

/** In a string the quotes would be escaped, so that what is found is the frame's own action. */
function tooLong(text) {
  return text.includes('"sync_response"') ? SYNC_TOO_LONG : TOO_LONG;
}
