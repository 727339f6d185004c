// The functions that show and settle what the option `persist` keeps. See index.d.ts.

import { checkFunction } from "./client.js";

/** @type {readonly any[]} */
const NOTHING = Object.freeze([]);
const UNKNOWN = "no message with this client id has failed";

/** @param {any} inbox @param {import("../index.js").ConversationId | null} [conversationId] */
export function pendingIn(inbox, conversationId) {
  return inbox.getState(conversationId).pending ?? NOTHING;
}

/** @param {any} inbox @param {() => void} listener */
export function watchPending(inbox, listener) {
  checkFunction("listener", listener);
  let last = pendingIn(inbox);
  return inbox.subscribeState(() => {
    const now = pendingIn(inbox);
    if (now === last) return;
    last = now;
    listener();
  });
}

/** @param {any} inbox @param {string} clientId */
export function resendIn(inbox, clientId) {
  return inbox.core?.resend?.(clientId) ?? Promise.resolve({ status: "failed", reason: UNKNOWN });
}

/** @param {any} inbox @param {string} clientId */
export function discardIn(inbox, clientId) {
  return inbox.core?.discard?.(clientId) ?? false;
}
