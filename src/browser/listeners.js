// The registry of listeners, and the dispatch of a frame to them.

import { Conversations, isHeard } from "./conversations.js";
import { call } from "./report.js";

export { isHeard };

// Below zero is no slot to Rust.
export const NO_SLOT = -1;

export class Listeners {
  /** What those listen to who receive every frame. */
  everything = { id: null, slot: NO_SLOT, first: undefined, last: undefined };
  conversations = new Conversations();
  // How many there have been.
  #joined = 0;

  /** Adds a listener to a conversation, or to everything. Its last message is kept where it may be asked for. */
  add(conversationId, callback, keepsLast) {
    const heard = (conversationId ?? null) === null ? this.everything : this.conversations.of(conversationId);
    const listener = { heard, callback, keepsLast, lastMessage: null, number: ++this.#joined, next: undefined };
    if (heard.last === undefined) heard.first = listener;
    else heard.last.next = listener;
    heard.last = listener;
    return listener;
  }

  /** Returns the slot of its conversation if that has no other listener in either spelling, else -1. */
  remove(listener) {
    const { heard } = listener;
    // Its `next` stays: a dispatch under way goes on from here.
    listener.callback = undefined;
    let before;
    for (let other = heard.first; other !== listener; other = other.next) before = other;
    if (before === undefined) heard.first = listener.next;
    else before.next = listener.next;
    if (heard.last === listener) heard.last = before;
    return heard === this.everything || this.conversations.isHeard(heard) ? NO_SLOT : heard.slot;
  }

  /** Calls the conversation's listeners, then those of everything; returns how many calls that were. */
  dispatch(message, heard) {
    // A listener that is added in one of these calls was not there when the message came.
    const newest = this.#joined;
    const own = heard === undefined ? 0 : callEach(heard.first, message, newest);
    return own + callEach(this.everything.first, message, newest);
  }
}

function callEach(first, message, newest) {
  let calls = 0;
  for (let listener = first; listener !== undefined; listener = listener.next) {
    // One that was removed in one of these calls is passed over.
    if (listener.callback === undefined || listener.number > newest) continue;
    if (listener.keepsLast) listener.lastMessage = message;
    call(listener.callback, message);
    calls += 1;
  }
  return calls;
}
