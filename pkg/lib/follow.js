// The subscription of a component in Vue, Svelte and Solid.

import { checkInbox } from "./client.js";

/** The key of the inbox that a component provides to those below it; the same in every copy of the package. */
export const PROVIDED = Symbol.for("inbox-socket.0.provided");

/** Returns a function that returns the inbox which a component provides. @param {any} provided the inbox, or a getter */
export function inboxOf(provided) {
  return () => {
    const inbox = typeof provided === "function" ? provided() : provided;
    checkInbox(inbox);
    return inbox;
  };
}

/**
 * Subscribes a component, and passes on what it shows: now, and after each change. Returns the function that ends both.
 *
 * @param {import("./diagnosis/observe.js").Client} inbox
 * @param {import("../index.js").ConversationId | null | undefined} conversationId
 * @param {((frame: any) => void) | null | undefined} onMessage
 * @param {(state: import("../index.js").ConnectionState) => void} showState
 * @param {(lastMessage: any) => void} showMessage
 * @param {import("../index.js").SubscribeOptions} [how]
 */
export function follow(inbox, conversationId, onMessage, showState, showMessage, how) {
  showMessage(null);
  const hear = (frame) => {
    // An adapter may say that the frame is not a message.
    showMessage(chat.lastMessage);
    onMessage?.(frame);
  };
  const chat = inbox.listen(conversationId, hear, how);
  const update = () => showState(inbox.getState(conversationId));
  update();
  const unwatch = inbox.subscribeState(update);
  return () => {
    unwatch();
    chat.release();
  };
}
