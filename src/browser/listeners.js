// The registry of listeners; dispatches frames to them.

import { Conversations, hasListeners } from "./conversations.js";
import { call } from "./report.js";

export { hasListeners };

// Rust treats a negative slot as none.
export const NO_SLOT = -1;

// The number of listeners added so far, of all inboxes: several may share their listeners of all conversations.
let added = 0;

export class Listeners {
  /** The pseudo-conversation of the listeners that receive every frame. */
  everything = { id: null, slot: NO_SLOT, first: undefined, last: undefined };
  conversations = new Conversations();

  /** Adds a listener to a conversation, or to all if the id is null. `keepsLast` records its `lastMessage`. */
  add(conversationId, callback, keepsLast) {
    const conversation = (conversationId ?? null) === null ? this.everything : this.conversations.of(conversationId);
    const listener = { conversation, callback, keepsLast, lastMessage: null, number: ++added, next: undefined };
    if (conversation.last === undefined) conversation.first = listener;
    else conversation.last.next = listener;
    conversation.last = listener;
    return listener;
  }

  /** Removes a listener. Returns its conversation's slot if neither slot of the pair has listeners left, else -1. */
  remove(listener) {
    const { conversation } = listener;
    // Keeps `next`, from which a dispatch in progress continues.
    listener.callback = undefined;
    let before;
    for (let other = conversation.first; other !== listener; other = other.next) before = other;
    if (before === undefined) conversation.first = listener.next;
    else before.next = listener.next;
    if (conversation.last === listener) conversation.last = before;
    const isNeeded = conversation === this.everything || this.conversations.hasListeners(conversation);
    return isNeeded ? NO_SLOT : conversation.slot;
  }

  /**
   * Calls the conversation's listeners, then those of all conversations. Returns the number of calls. `keeps` is false
   * for a frame that is not to become their `lastMessage`.
   */
  dispatch(message, conversation, keeps = true) {
    // Skips listeners that one of these calls adds: the message arrived before them.
    const newest = added;
    const own = conversation === undefined ? 0 : callEach(conversation.first, message, newest, keeps);
    return own + callEach(this.everything.first, message, newest, keeps);
  }
}

function callEach(first, message, newest, keeps) {
  let calls = 0;
  for (let listener = first; listener !== undefined; listener = listener.next) {
    // Skips listeners that one of these calls has removed.
    if (listener.callback === undefined || listener.number > newest) continue;
    if (keeps && listener.keepsLast) listener.lastMessage = message;
    call(listener.callback, message);
    calls += 1;
  }
  return calls;
}
