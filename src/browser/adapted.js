// Takes the place of incoming.js in the core of pages with another wire (pkg/build/variants.mjs): pkg/lib/wire reads each
// frame, and there is no layer 1, so that no effect concerns received messages.

import { answerPing } from "./keepalive.js";
import { Listeners, NO_SLOT } from "./listeners.js";
import { ACK, DELIVER, DELIVERED, NOT_TEXT, RECEIVE, RECEIVE_UNUSABLE, REFUSAL, TOO_LONG } from "./numbers.js";

export class Incoming {
  listeners = new Listeners();
  #command;
  #outgoing;

  constructor(command, outgoing) {
    this.#command = command;
    this.#outgoing = outgoing;
  }

  /** Reads a socket's frames, and reports each to Rust exactly once. */
  read(raw, socket, { frameLimit, wire }) {
    raw.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.#command(RECEIVE_UNUSABLE, socket, 0, NOT_TEXT);
      if (data.length > frameLimit) return this.#command(RECEIVE_UNUSABLE, socket, data.length, TOO_LONG);
      wire.receive(data, raw, socket);
    };
  }

  answerPing(socket, ...rest) {
    return answerPing(this.#command, socket, ...rest);
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

  /**
   * Settles the pending message with this client id, as delivered or, with a `reason`, as rejected. Returns false if there
   * is none.
   */
  acknowledge(socket, clientId, messageId, reason) {
    const id = this.#outgoing.sendOf(clientId);
    if (id === undefined) return false;
    this.#outgoing.note(id, { messageId, reason });
    this.#command(reason === undefined ? ACK : REFUSAL, socket, id, -1);
    return true;
  }

  /** Another wire names no user. */
  forgetUser() {}
}
