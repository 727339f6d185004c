// The root entry: the connection without React. index.d.ts documents each function.
//
// Importing this module does nothing: the first call creates the page's client, and the first subscription loads the
// core.

import { client } from "./lib/client.js";
import { openChat } from "./lib/chat.js";
import { configure as configureClient } from "./lib/configure.js";
import { discardIn, pendingIn, resendIn, watchPending } from "./lib/pending.js";

export { createInbox } from "./lib/configure.js";

export const useWebSocket = (conversationId, onMessage, how) => openChat(client(), conversationId, onMessage, how);
export const subscribe = (conversationId, listener, how) => client().subscribe(conversationId, listener, how);
export const sendMessage = (id, message, type, how) => client().sendMessage(id, message, type, how);
export const send = (frame, how) => client().send(frame, how);
export const requestMessages = (conversationId) => client().requestMessages(conversationId);
export const retry = () => client().retry();
export const disconnect = () => client().disconnect();
export const configure = (options) => configureClient(client(), options);
export const getState = (conversationId) => client().getState(conversationId);
export const subscribeState = (listener) => client().subscribeState(listener);
export const getStats = () => client().getStats();
export const pending = (conversationId) => pendingIn(client(), conversationId);
export const subscribePending = (listener) => watchPending(client(), listener);
export const resend = (clientId) => resendIn(client(), clientId);
export const discard = (clientId) => discardIn(client(), clientId);
